#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/run_job.h"
#include "cli/text_table.h"
#include "cli/wording.h"
#include "run/pause.h"
#include "run/rebuild.h"
#include "util/parse_number.h"
#include "util/timing.h"

namespace gapless {
namespace {

Result<ExitCode> run_targets(Invocation& call) {
  const std::string database = call.services.settings().database.text();
  const std::size_t shards = std::max<std::size_t>(call.services.settings().servers().size(), 1);
  Json json = {{"targets", Json::array()}};
  std::vector<TextTable::Column> columns = {
      {"target"}, {"table"}, {"engine"}, {"team buckets", TextTable::Align::kRight}};
  if (shards > 1) columns.insert(columns.begin(), {"shard", TextTable::Align::kRight});
  TextTable table(std::move(columns));
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    GAPLESS_ASSIGN(const auto looks, call.services.target_tables(shard));
    for (const TargetLook& look : looks) {
      const std::string full_name = fmt::format("{}.{}", database, table_name(look.target));
      json["targets"].push_back(
          {{"target", name(look.target)},
           {"shard", shard},
           {"table", full_name},
           {"engine", look.engine},
           {"team_buckets", look.team_buckets ? Json(look.team_buckets->count()) : Json(nullptr)}});
      std::vector<TextTable::Cell> row = {std::string(name(look.target)), full_name, look.engine,
                                          look.team_buckets ? std::to_string(look.team_buckets->count()) : "-"};
      if (shards > 1) row.insert(row.begin(), std::to_string(shard));
      table.add(std::move(row));
    }
  }
  call.output.document(json);
  call.output.text(table.render(call.output.style()));
  return ExitCode::kDone;
}

/// Of the option, or as configured. A rebuild to other than what is configured would be an error from then on.
Result<TeamBuckets> wanted_buckets(Invocation& call) {
  const auto& configured = call.services.settings().team_buckets;
  const auto text = call.given.value("--team-buckets");
  if (!text && !configured)
    return fail(Fault::kInvalidInput,
                "how many team buckets? gapless targets rebuild --team-buckets N, or set targets.team_buckets");
  if (!text) return *configured;
  const auto count = parse_number<std::uint64_t>(*text);
  if (!count)
    return fail(Fault::kInvalidInput,
                fmt::format("--team-buckets must be a whole number from 1 to {}, not '{}'", TeamBuckets::kMost, *text));
  GAPLESS_ASSIGN(const TeamBuckets wanted, TeamBuckets::of(*count, "--team-buckets"));
  if (configured && *configured != wanted)
    return fail(Fault::kInvalidInput,
                fmt::format("--team-buckets is {}, and targets.team_buckets {}: change that first, or take it away",
                            wanted.count(), configured->count()));
  return wanted;
}

/// One rebuild, from its record to its report.
class RebuildRun {
 public:
  RebuildRun(Invocation& call, const Tables& tables, TeamBuckets wanted)
      : call_(call), tables_(tables), wanted_(wanted) {}

  Result<ExitCode> run() {
    const Day today = Day::of(call_.services.clock().now());
    GAPLESS_ASSIGN(const auto published, tables_.warehouse->published_days(call_.services.limits()));
    const DayRange window = published.value_or(DayRange{today, today});
    GAPLESS_ASSIGN(record_, begin_run(call_, *tables_.executor, "rebuild", window));
    auto rebuilt = rebuild();
    if (!rebuilt) return fail(end_failed_run(*tables_.executor, record_, window, std::move(rebuilt.error())));
    GAPLESS_TRY(put_into_record(*rebuilt));
    say(*rebuilt);
    return ExitCode::kDone;
  }

 private:
  Result<Rebuilt> rebuild() {
    std::optional<ProgressDisplay> progress;
    if (!call_.output.is_quiet())
      progress.emplace(call_.output.console(), "rebuild", ProgressState::Unit::kDays, ProgressDisplay::Lines::kNone);
    const ExecutorOptions options = call_.services.executor_options();
    RebuildContext context{*tables_.warehouse,     *tables_.rebuild, *tables_.store,
                           call_.services.clock(), options,          record_.id};
    context.on_day = [&](Target target, Day day, std::size_t done, std::size_t total) {
      if (progress) progress->update(done, total, fmt::format("{} {}", name(target), day.to_string()));
      if (const RunEvents* also = call_.origin.also_tell; also != nullptr && also->on_step)
        also->on_step(day, fmt::format("copy {}", name(target)));
    };
    return rebuild_targets(context, wanted_);
  }

  Status put_into_record(const Rebuilt& rebuilt) {
    record_.cells_planned = rebuilt.cells;
    record_.cells_by_state = {{"copied", rebuilt.cells}};
    record_.status = rebuilt.targets.empty() ? RunStatus::kNothingToDo : RunStatus::kSucceeded;
    if (rebuilt.targets.empty())
      record_.reason = fmt::format("every target has {}", counted(wanted_.count(), "team bucket", "team buckets"));
    record_.finished_at = call_.services.clock().now();
    return tables_.store->update_run(record_);
  }

  void say(const Rebuilt& rebuilt) {
    std::vector<std::string_view> names;
    for (const Target target : rebuilt.targets) names.push_back(name(target));
    const double took = seconds_since(started_);
    call_.output.document({{"run_id", record_.id},
                           {"status", name(record_.status)},
                           {"team_buckets", wanted_.count()},
                           {"rebuilt", names},
                           {"days", rebuilt.days},
                           {"cells", rebuilt.cells},
                           {"seconds", took}});
    if (names.empty())
      call_.output.text(fmt::format("nothing to do: {}  (run {})\n", record_.reason, record_.id));
    else
      call_.output.text(fmt::format("done: {} rebuilt with {} in {}: {}, figures as they were  (run {})\n",
                                    fmt::join(names, ", "), counted(wanted_.count(), "team bucket", "team buckets"),
                                    format_seconds(took), counted(rebuilt.days, "day", "days"), record_.id));
  }

  Invocation& call_;
  const Tables tables_;
  const TeamBuckets wanted_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  RunRecord record_;
};

Result<ExitCode> run_targets_rebuild(Invocation& call) {
  GAPLESS_ASSIGN(const TeamBuckets wanted, wanted_buckets(call));
  GAPLESS_ASSIGN(const auto looks, call.services.target_tables());
  GAPLESS_TRY(check_targets(looks, call.services.settings().database));
  GAPLESS_ASSIGN(const Tables tables, call.services.tables());
  GAPLESS_ASSIGN(const auto paused, paused_because(*tables.store, call.services.clock().now()));
  if (paused) return fail(Fault::kConflict, *paused);
  return RebuildRun(call, tables, wanted).run();
}

}  // namespace

CommandSpec targets_command() {
  return {.name = "targets",
          .group = CommandGroup::kOperation,
          .summary = "the target tables, and how they are partitioned",
          .details = "",
          .arguments = {},
          .options = {},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_targets};
}

CommandSpec targets_rebuild_command() {
  return {.name = "targets rebuild",
          .group = CommandGroup::kOperation,
          .summary = "make the target tables anew with other team buckets",
          .details =
              "Copies each target into a table with a partition for each day and each (team modulo N), holds the copy"
              " against it, and exchanges the two; figures stay as they are. It waits until no run is at work on a day,"
              " and keeps others out until it is done. The disk needs room for a second copy. Stopped or killed at any"
              " moment it loses nothing; run again, it does what is left.",
          .arguments = {},
          .options = {{.name = "--team-buckets",
                       .value = "N",
                       .help = "how many, 1 to 256; without it as targets.team_buckets is configured"}},
          .examples = {{"gapless targets rebuild --team-buckets 8", "a repair copies an eighth of a day"}},
          .needs = Needs::kConfiguration,
          .run = run_targets_rebuild};
}

}  // namespace gapless
