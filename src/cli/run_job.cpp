#include "cli/run_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "cli/progress.h"
#include "cli/run_view.h"
#include "cli/wording.h"
#include "run/pause.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

/// Shows a run's progress while it goes on; the log says the rest.
class RunProgress {
 public:
  RunProgress(Output& output, std::string job) {
    if (!output.is_quiet())
      progress_.emplace(output.console(), job == "manual" ? "backfill" : std::move(job), ProgressState::Unit::kDays,
                        ProgressDisplay::Lines::kNone);
  }

  RunEvents events() {
    RunEvents events;
    events.on_start = [this](const RunRecord&, const Plan& plan) { set(0, plan.work(true).size(), ""); };
    events.on_step = [this](Day day, std::string_view step) {
      set(done_, total_, fmt::format("{} {}", day.to_string(), step));
    };
    events.on_day = [this](const DayReport& day, std::size_t done, std::size_t total) {
      set(done, total, day.day.to_string());
    };
    return events;
  }

 private:
  void set(std::size_t done, std::size_t total, std::string_view detail) {
    done_ = done;
    total_ = total;
    if (progress_) progress_->update(done, total, detail);
  }

  std::optional<ProgressDisplay> progress_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> total_{0};
};

/// Errors: kConflict while work is paused on this state store: nothing need be looked at.
Status check_not_paused(StateStore& store, Instant now) {
  GAPLESS_ASSIGN(const auto why, paused_because(store, now));
  if (why) return fail(Fault::kConflict, *why);
  return {};
}

/// Cells that a job leaves alone until a person has agreed to the new definition.
std::uint64_t waiting_for_acceptance(const Plan& plan) {
  return static_cast<std::uint64_t>(std::ranges::count_if(plan.cells, [](const PlannedCell& planned) {
    return planned.judgement.state == CellState::kOutdated && planned.judgement.action == Action::kNone;
  }));
}

void say_what_is_left(Output& output, const JobRequest& request, const Plan& plan) {
  const std::size_t days = plan.work(request.executor.newest_first).size();
  const std::size_t most = request.executor.max_days;
  if (most > 0 && days > most)
    output.note(fmt::format("{} left for the next run: backfill.max_days_per_run is {}",
                            counted(days - most, "day is", "days are"), most));
  const std::uint64_t outdated = request.look.plan.judge.accept_definition ? 0 : waiting_for_acceptance(plan);
  if (outdated > 0)
    output.note(
        fmt::format("{} made by another definition and left as {}; gapless backfill --accept-definition recomputes {}",
                    counted(outdated, "cell was", "cells were"), outdated == 1 ? "it is" : "they are",
                    outdated == 1 ? "it" : "them"));
}

}  // namespace

std::string make_run_id(Instant now) {
  std::random_device random;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y%m%d-%H%M%S}-{:06x}", seconds, random() & 0xffffffU);
}

Result<ExitCode> run_job(Invocation& call, const JobRequest& request) {
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  GAPLESS_TRY(check_not_paused(*figures.store, call.services.clock().now()));
  GAPLESS_ASSIGN(const Examination examination, examine(call.services, call.output, request.look));

  const RunIdentity identity{make_run_id(call.services.clock().now()), request.job, "command"};
  Result<RunReport> report = [&] {
    RunProgress progress(call.output, request.job);
    return figures.executor->run(examination.plan, identity, request.executor, progress.events());
  }();
  if (!report) return fail(std::move(report.error()));
  const Instant kept_from = call.services.clock().now() - std::chrono::days(call.services.settings().keep_runs_days);
  if (const auto pruned = figures.store->prune_runs(kept_from); !pruned)
    call.output.warning(fmt::format("old runs stay in the history: {}", pruned.error().message));

  call.output.document(run_json(*report));
  call.output.text(run_text(*report, examination, call.output.style()));
  say_what_is_left(call.output, request, examination.plan);
  if (const std::string hint = no_events_hint(examination, "gapless backfill");
      request.job == "manual" && !hint.empty())
    call.output.note(hint);
  return exit_code_of(report->status);
}

Result<OnConflict> parse_on_conflict(std::string_view text) {
  if (text == "wait") return OnConflict::kWait;
  if (text == "skip") return OnConflict::kSkip;
  if (text == "fail") return OnConflict::kFail;
  return fail(Fault::kInvalidInput, fmt::format("--on-conflict must be wait, skip or fail, not '{}'", text));
}

OptionSpec on_conflict_option(std::string_view help) {
  return {.name = "--on-conflict", .value = "WHAT", .help = help, .choices = {"wait", "skip", "fail"}};
}

OptionSpec timeout_option(std::string_view help, std::string_view setting) {
  return {.name = "--timeout", .value = "TIME", .help = help, .setting = setting};
}

Result<std::optional<milliseconds>> read_timeout(const Given& given) {
  const auto text = given.value("--timeout");
  if (!text) return std::nullopt;
  const auto span = parse_span(*text);
  if (!span || *span <= milliseconds(0))
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a span of time such as 30m or 1h30m (from --timeout)", *text));
  return span;
}

}  // namespace gapless
