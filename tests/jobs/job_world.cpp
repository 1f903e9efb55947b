#include "jobs/job_world.h"

#include <fmt/format.h>

namespace gapless {

JobWorld::JobWorld() {
  set_clock("2026-03-05T12:00:00Z");
  services.parts().figures = Figures{&world.warehouse, &world.store, &executor};
  services.parts().executor_options = world.ask().options;
  settings().days_back = 30;
  settings().detection_window_days = 7;
  settings().end_offset_days = 1;
  settings().settle_delay = std::chrono::minutes(30);
  settings().max_concurrent = 1;
  settings().keep_runs_days = 90;
  settings().max_shrink_percent = 10;
  settings().run_timeout = std::chrono::minutes(40);
  settings().teams.strategies = {Strategy::kAll};
  std::vector<ModelEvent> events;
  std::uint64_t number = 0;
  for (int date = 1; date <= 5; ++date)
    for (const std::uint64_t team_id : {1, 2}) {
      ++number;
      events.push_back(view(team_id, fmt::format("2026-03-{:02}T10:00:00Z", date), fmt::format("s{}", number), number));
    }
  world.warehouse.put(events);
}

void JobWorld::set_clock(const char* instant) {
  const Instant now = parse_instant(instant, "test").value();
  for (ManualClock* clock : {&services.parts().clock, &world.clock, &world.store_clock}) clock->set(now);
}

CommandOutcome JobWorld::command(const char* name, std::vector<std::pair<const char*, const char*>> options,
                                 std::vector<std::string_view> arguments) {
  Given given;
  for (const auto& [option, value] : options) given.set(option, value);
  for (const std::string_view argument : arguments) given.add_argument(std::string(argument));
  return run_command(services, name, OutputFormat::kJson, given);
}

RunRecord JobWorld::newest_run() {
  const auto runs = world.kept.runs(100).value();
  EXPECT_FALSE(runs.empty());
  return runs.empty() ? RunRecord{} : runs.front();
}

std::vector<std::string> JobWorld::published_days() {
  std::set<Day> days;
  for (const auto& [partition, rows] : partitions_of(world.warehouse.state())) days.insert(partition.second.day);
  std::vector<std::string> texts;
  for (const Day one : days) texts.push_back(one.to_string());
  return texts;
}

}  // namespace gapless
