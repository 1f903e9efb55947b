// Weeks of scheduled jobs over a source that grows, hour by hour on a clock that the program moves: the scheduler and
// the command `run` as the daemon has them, over the embedded engine. One day the engine fails, and once the process
// dies.
//
// usage: embedded_weeks ARRIVALS FIRST-DAY LAST-DAY DAYS-BACK DAY-OF-OUTAGE TICK-OF-DEATH OUT-DIRECTORY
// ARRIVALS holds the events that come at an instant as INSTANT.ndjson, at full hours. Jobs run from FIRST-DAY until
// four o'clock after LAST-DAY. On the DAY-OF-OUTAGE every statement of a job fails; loads come in all the same. The
// first run at TICK-OF-DEATH dies with one target replaced and the other not, and an hour later there is a new process.
// Writes OUT-DIRECTORY/log, a JSON document a line in the order of what happened (`what` names it), and at the end the
// groups of both targets, last.{stats,bounces}, and last.plan: what is still to be done, were all days over,
// lines of `team day state`.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/fake_services_test_support.h"
#include "cli/run_job.h"
#include "embedded/embedded.h"
#include "embedded/faulty_engine.h"
#include "run/mortal_store.h"
#include "schedule/scheduler.h"

namespace gapless::test {
namespace {

using std::chrono::hours;

struct Course {
  std::filesystem::path arrivals;
  DayRange days;
  int days_back;
  Day outage;
  Instant death;
  std::filesystem::path out;
};

/// What outlives a process.
struct World {
  explicit World(const Course& course) : log_file(course.out / "log") {
    services.parts().definition = product.definition();
    services.parts().executor_options.exclusive = true;
    services.parts().executor_options.retry.base_delay = std::chrono::milliseconds(0);
    Settings& settings = services.parts().settings;
    settings.days_back = course.days_back;
    settings.detection_window_days = 7;
    settings.end_offset_days = 1;
    settings.settle_delay = std::chrono::minutes(30);
    settings.keep_runs_days = 90;
    settings.max_shrink_percent = 10;
    settings.run_timeout = std::chrono::minutes(40);
    settings.teams.strategies = {Strategy::kAll};
  }

  Instant now() const { return services.clock().now(); }
  void log(std::string_view what, Json facts) {
    facts["what"] = what;
    facts["at"] = format_instant(now());
    log_file << facts.dump() << "\n";
  }

  Embedded product;
  FaultInjector faults;  ///< of engine and store together
  FakeServices services;
  MemoryStateStore kept{[this] { return now(); }};
  std::ofstream log_file;
  std::uint64_t runs = 0;
};

Scheduler::Job job(const char* name, std::string_view cron) {
  return {name, Schedule(CronExpression::parse(cron, "test").value(), TimeZone())};
}

/// What tells the log of a run.
RunEvents logged(World& world) {
  RunEvents events;
  events.on_start = [&world](const RunRecord& run, const Plan& plan) {
    Json cells = Json::array();
    for (const PlannedCell& one : plan.cells)
      if (one.judgement.action == Action::kRecompute)
        cells.push_back({one.cell().team.value(), one.cell().day.to_string(), name(one.judgement.state)});
    world.log("planned", {{"job", run.job}, {"cells", std::move(cells)}});
  };
  events.on_day = [&world](const DayReport& day, std::size_t, std::size_t) {
    world.log("day", {{"day", day.partition.day.to_string()}, {"status", name(day.status)}});
  };
  return events;
}

/// The daemon, as far as jobs go. FakeDeath ends it.
class Process {
 public:
  explicit Process(World& world) : world_(world) {
    world.services.parts().figures = {&warehouse_, &store_, &executor_};
  }

  /// What a daemon does before its first step.
  Status begin() {
    Json days = Json::array();
    GAPLESS_ASSIGN(const auto journal, store_.journal());
    for (const JournalEntry& entry : journal)
      if (entry.phase == JournalPhase::kPublishing) days.push_back(entry.partition.day.to_string());
    GAPLESS_ASSIGN(const RecoveryReport report, executor_.recover(world_.services.executor_options()));
    world_.log("began", {{"publishing", std::move(days)},
                         {"redone", report.redone},
                         {"discarded", report.discarded},
                         {"interrupted", report.interrupted_runs.size()}});
    return scheduler_.resume();
  }

  Status step() {
    GAPLESS_TRY(scheduler_.step());
    return {};
  }

 private:
  void start(const DueTick& tick) {
    const std::string run_id = fmt::format("run-{:04}", ++world_.runs);
    world_.log("tick", {{"job", tick.job}, {"tick", format_instant(tick.instant)}});
    const RunEvents events = logged(world_);
    Given given;
    given.add_argument(tick.job);
    MemoryFile out, err;
    Console console(err.get(), {});
    Output output(out.get(), console, {OutputFormat::kJson, Verbosity::kQuiet});
    Invocation call{given, world_.services, output, {}, {"schedule", run_id, &events}};
    const auto code = find_command("run")->run(call);
    const Status finished = store_.finish_tick(tick.job, tick.instant);
    const RunRecord run = world_.kept.run(run_id).value().value();
    world_.log("ended", {{"job", run.job},
                         {"tick", format_instant(tick.instant)},
                         {"status", name(run.status)},
                         {"error", run.error},
                         {"command", code ? "" : code.error().message},
                         {"finished", finished.has_value()}});
  }

  World& world_;
  FaultyEngine engine_{world_.product.engine(), world_.faults};
  SqlWarehouse warehouse_{engine_, layout()};
  MortalStore store_{world_.kept, world_.faults, 0};
  Executor executor_{warehouse_, store_, world_.services.clock(), world_.services.definition()};
  Scheduler scheduler_{store_,
                       world_.services.clock(),
                       {job("daily", "0 1 * * *"), job("intraday", "0 12 * * *"), job("backfill", "0 3 * * *")},
                       [this](const DueTick& tick) { start(tick); }};
};

void load_what_comes(World& world, const std::filesystem::path& arrivals) {
  const std::string name = format_instant(world.now()) + ".ndjson";
  std::ifstream file(arrivals / name);
  if (!file) return;
  std::stringstream text;
  text << file.rdbuf();
  world.product.load(text.str());
  world.log("arrived", {{"file", name}});
}

void write_end(World& world, const std::filesystem::path& out) {
  for (const Target target : kTargets)
    world.product.write_groups(target, out / fmt::format("last.{}", gapless::name(target)));
  const Rows extent = world.product.rows("SELECT toString(min(toDate(timestamp))) FROM gapless.events");
  const DayRange all{Day::parse(extent.text(0, 0), "the source").value() - 1, Day::of(world.now())};
  std::ofstream plan(out / "last.plan");
  for (const PlannedCell& one : world.product.plan(all, {}, {}, Scope::Beyond{}).cells)
    if (one.judgement.action == Action::kRecompute)
      plan << one.cell().team.value() << " " << one.cell().day.to_string() << " " << name(one.judgement.state) << "\n";
}

Status weeks(const Course& course) {
  World world(course);
  std::optional<Process> process;
  for (Instant now = course.days.first.start() - hours(1); now <= (course.days.last + 1).start() + hours(4);
       now += hours(1)) {
    world.services.parts().clock.set(now);
    load_what_comes(world, course.arrivals);
    if (now == course.outage.start()) world.faults.inject({.method = "statement", .persistent = true});
    if (now == (course.outage + 1).start()) world.faults.clear();
    if (now == course.death) world.faults.inject({.at_call = 2, .method = "replace", .outcome = Outcome::kDeath});
    try {
      if (!process) {
        process.emplace(world);
        GAPLESS_TRY(process->begin());
      }
      GAPLESS_TRY(process->step());
    } catch (const FakeDeath&) {
      process.reset();
      world.faults.revive();
      world.log("died", Json::object());
    }
  }
  write_end(world, course.out);
  return {};
}

Result<Course> read_course(char** arguments) {
  constexpr std::string_view kOrigin = "the command line";
  GAPLESS_ASSIGN(const Day first, Day::parse(arguments[1], kOrigin));
  GAPLESS_ASSIGN(const Day last, Day::parse(arguments[2], kOrigin));
  GAPLESS_ASSIGN(const DayRange days, DayRange::make(first, last));
  GAPLESS_ASSIGN(const int days_back, parse_days(arguments[3], kOrigin));
  GAPLESS_ASSIGN(const Day outage, Day::parse(arguments[4], kOrigin));
  GAPLESS_ASSIGN(const Instant death, parse_instant(arguments[5], kOrigin));
  return Course{arguments[0], days, days_back, outage, death, arguments[6]};
}

}  // namespace
}  // namespace gapless::test

int main(int argc, char** argv) {
  using namespace gapless::test;
  if (argc != 8) {
    std::cerr
        << "usage: embedded_weeks ARRIVALS FIRST-DAY LAST-DAY DAYS-BACK DAY-OF-OUTAGE TICK-OF-DEATH OUT-DIRECTORY\n";
    return 2;
  }
  spdlog::set_level(spdlog::level::off);  // the outage would fill it; what matters is in the history
  try {
    const auto course = read_course(argv + 1);
    const gapless::Status done = course ? weeks(*course) : gapless::fail(course.error());
    if (done) return 0;
    std::cerr << done.error().message << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
