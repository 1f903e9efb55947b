#pragma once

#include <array>
#include <string_view>

namespace gapless {

/// Every point between two steps of a run or of recovery at which a test may kill the process, about in the order in
/// which they are reached. tests/torture reads this list, and fails where it and the calls differ.
inline constexpr auto kKillPoints = std::to_array<std::string_view>(
    {// a run, up to the gate
     "run.begun", "lease.taken", "build.journal_written", "build.staging_created", "build.sessions_built",
     "build.staged_stats", "build.staged_bounces", "build.staged_breakdowns", "check.passed",
     // publishing; before and after a target and the record also when recovery redoes it
     "publish.before_journal", "publish.journal_written", "publish.before_stats", "publish.after_stats",
     "publish.before_bounces", "publish.after_bounces", "publish.before_breakdowns", "publish.after_breakdowns",
     "publish.before_record", "publish.after_record", "publish.journal_erased", "publish.staging_dropped",
     "run.before_closing",
     // a rebuild of the targets
     "rebuild.journal_written", "rebuild.copied_stats", "rebuild.copied_bounces", "rebuild.copied_breakdowns",
     "rebuild.before_stats", "rebuild.after_stats", "rebuild.before_bounces", "rebuild.after_bounces",
     "rebuild.before_breakdowns", "rebuild.after_breakdowns", "rebuild.journal_erased",
     // recovery
     "recover.before_redo", "recover.after_redo", "recover.before_discard", "recover.journal_erased",
     "recover.before_closing", "recover.before_sweeping"});

/// Ends the process with SIGKILL where GAPLESS_KILL_AT names this point, and stops it with SIGSTOP where GAPLESS_STOP_AT
/// does: "publish.after_stats" the first time that this process comes here, "publish.after_stats:3" the third.
/// `of` is the rest of the name where it is one for each target. Thread-safe; without the variables it does nothing.
void kill_point(std::string_view name, std::string_view of = {});

}  // namespace gapless
