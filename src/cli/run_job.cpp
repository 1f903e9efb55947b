#include "cli/run_job.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "cli/adopt_job.h"
#include "cli/plan_view.h"
#include "cli/progress.h"
#include "cli/run_view.h"
#include "cli/verify_job.h"
#include "cli/verify_view.h"
#include "cli/wording.h"
#include "run/lease_keeper.h"
#include "run/pause.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

/// Shows a run's progress while it goes on; the log says the rest.
class RunProgress {
 public:
  RunProgress(Output& output, const std::string& job) : output_(output), label_(job == "manual" ? "backfill" : job) {}

  RunEvents events() {
    RunEvents events;
    events.on_start = [this](const RunRecord&, const Plan& plan) {
      if (!output_.is_quiet())
        progress_.emplace(output_.console(), label_, unit_of(plan.team_buckets, plan.shards),
                          ProgressDisplay::Lines::kNone);
      set(0, plan.work_by_partition(true).size(), "");
    };
    events.on_step = [this](Day day, std::string_view step) {
      set(done_, total_, fmt::format("{} {}", day.to_string(), step));
    };
    events.on_day = [this](const DayReport& day, std::size_t done, std::size_t total) {
      set(done, total, day.partition.to_string());
    };
    return events;
  }
  /// Takes the display away.
  void end() { progress_.reset(); }

 private:
  void set(std::size_t done, std::size_t total, std::string_view detail) {
    done_ = done;
    total_ = total;
    if (progress_) progress_->update(done, total, detail);
  }

  Output& output_;
  const std::string label_;
  std::optional<ProgressDisplay> progress_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> total_{0};
};

void say_what_is_left(Output& output, const JobRequest& request, const Examination& examination) {
  const Plan& plan = examination.plan;
  const std::size_t days = plan.work(request.executor.newest_first).size();
  const std::size_t most = request.executor.max_days;
  if (most > 0 && days > most)
    output.note(fmt::format("{} left for the next run: backfill.max_days_per_run is {}",
                            counted(days - most, "day is", "days are"), most));
  if (request.job != "manual")
    if (const std::string waiting = acceptance_text(examination); !waiting.empty())
      output.note(waiting.substr(0, waiting.size() - 1));
}

/// Both are told.
RunEvents both(const RunEvents& one, const RunEvents* other) {
  if (other == nullptr) return one;
  RunEvents events;
  events.on_start = [&one, other](const RunRecord& run, const Plan& plan) {
    if (one.on_start) one.on_start(run, plan);
    if (other->on_start) other->on_start(run, plan);
  };
  events.on_step = [&one, other](Day day, std::string_view step) {
    if (one.on_step) one.on_step(day, step);
    if (other->on_step) other->on_step(day, step);
  };
  events.on_day = [&one, other](const DayReport& day, std::size_t done, std::size_t total) {
    if (one.on_day) one.on_day(day, done, total);
    if (other->on_day) other->on_day(day, done, total);
  };
  return events;
}

/// One run, from its record to its report.
class JobRun {
 public:
  JobRun(Invocation& call, const JobRequest& request, const Figures& figures)
      : call_(call), request_(request), figures_(figures) {}

  Result<ExitCode> run() {
    const Instant now = call_.services.clock().now();
    GAPLESS_ASSIGN(record_, begin_run(call_, *figures_.executor, request_.job, request_.look.window.days));
    // From now on: other hosts take a run for dead that is silent, also while it looks.
    keeper_.emplace(*figures_.store, record_.id, request_.executor.lease_ttl, request_.executor.stop);
    auto why_not = why_not_now(now);
    if (!why_not) return failed(std::move(why_not.error()));
    if (*why_not) return skipped(std::move(**why_not));
    auto examination = look();
    if (!examination) return failed(std::move(examination.error()));
    if (request_.verify) return verified(*examination);
    if (request_.adopt) return adopted(*examination);
    RunProgress progress(call_.output, request_.job);
    const RunEvents shown = progress.events();
    auto report = figures_.executor->carry_out(record_, examination->plan, request_.executor,
                                               both(shown, call_.origin.also_tell));
    progress.end();
    if (!report) return fail(std::move(report.error()));
    prune();
    say(*report, *examination);
    return exit_code_of(report->status);
  }

 private:
  /// Why this run is not to begin at all. Errors: that this could not be found out.
  Result<std::optional<std::string>> why_not_now(Instant now) {
    GAPLESS_ASSIGN(auto paused, paused_because(*figures_.store, now));
    if (request_.verify && request_.is_by_hand()) return std::nullopt;  // it only looks; its repairs are paused
    if (paused || request_.is_by_hand()) return paused;
    // Held to the end. The run is recorded before: whose lease names no running run is taken for dead.
    GAPLESS_ASSIGN(auto taken, keeper_->take("job/" + request_.job));
    if (const auto* held = std::get_if<LeaseHeld>(&taken))
      return fmt::format("the previous run of {} is still going: {}", request_.job, held->holder);
    job_lease_ = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(taken));
    return std::nullopt;
  }

  Result<Examination> look() {
    GAPLESS_ASSIGN(Examination examination, examine(call_.services, call_.output, request_.look));
    if (request_.remember_consent) GAPLESS_TRY(figures_.store->accept_definition(call_.services.definition().hash()));
    return examination;
  }

  Result<ExitCode> verified(const Examination& examination) {
    auto report = verify_cells({call_, figures_, request_}, record_, examination);
    if (!report) return failed(std::move(report.error()));
    GAPLESS_TRY(figures_.store->update_run(record_));
    prune();
    call_.output.document(verify_json(*report));
    call_.output.text(verify_text(*report, call_.output.style()));
    if (const std::string hint = no_events_hint(examination, "gapless verify"); request_.is_by_hand() && !hint.empty())
      call_.output.note(hint);
    return report->differs() ? ExitCode::kDifferent : ExitCode::kDone;
  }

  Result<ExitCode> adopted(const Examination& examination) {
    auto report = adopt_cells({call_, figures_, request_}, record_, examination);
    if (!report) return failed(std::move(report.error()));
    GAPLESS_TRY(figures_.store->update_run(record_));
    prune();
    call_.output.document(adopt_json(*report));
    call_.output.text(adopt_text(*report, call_.output.style()));
    return report->exit_code();
  }

  /// Could not look: nothing is processed.
  Result<ExitCode> failed(Error error) {
    return fail(end_failed_run(*figures_.executor, record_, request_.look.window.days, std::move(error)));
  }

  Result<ExitCode> skipped(std::string why) {
    GAPLESS_ASSIGN(const RunReport report,
                   figures_.executor->close(record_, request_.look.window.days, RunStatus::kSkipped, std::move(why)));
    call_.output.document(run_json(report));
    call_.output.error(report.reason);
    return exit_code_of(report.status);
  }

  void prune() {
    const Instant kept_from =
        call_.services.clock().now() - std::chrono::days(call_.services.settings().keep_runs_days);
    if (const auto pruned = figures_.store->prune_runs(kept_from); !pruned)
      call_.output.warning(fmt::format("old runs stay in the history: {}", pruned.error().message));
  }

  void say(const RunReport& report, const Examination& examination) {
    call_.output.document(run_json(report));
    call_.output.text(run_text(report, call_.output.style()));
    say_what_is_left(call_.output, request_, examination);
    if (const std::string hint = no_events_hint(examination, "gapless backfill");
        request_.is_by_hand() && !hint.empty())
      call_.output.note(hint);
  }

  Invocation& call_;
  const JobRequest& request_;
  const Figures figures_;
  RunRecord record_;
  std::optional<LeaseKeeper> keeper_;
  std::unique_ptr<LeaseKeeper::Held> job_lease_;
};

}  // namespace

Result<RunRecord> begin_run(Invocation& call, Executor& executor, std::string_view job, DayRange window) {
  const std::string id = call.origin.run_id.value_or(make_run_id(call.services.clock().now()));
  GAPLESS_ASSIGN(RunRecord record, executor.begin({id, std::string(job), call.origin.trigger}, window));
  if (const RunEvents* also = call.origin.also_tell; also != nullptr && also->on_begin) also->on_begin(record);
  return record;
}

Error end_failed_run(Executor& executor, const RunRecord& record, DayRange window, Error error) {
  const auto status = error.fault == Fault::kCancelled ? RunStatus::kCancelled : RunStatus::kFailed;
  const auto closed = executor.close(record, window, status, error.message);
  if (closed) return error;
  return {error.fault, 0,
          fmt::format("{} (and the run could not be closed: {})", error.message, closed.error().message)};
}

std::string make_run_id(Instant now) {
  std::random_device random;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y%m%d-%H%M%S}-{:06x}", seconds, random() & 0xffffffU);
}

Result<JobRequest> scheduled_job(std::string_view job, const Settings& settings, ExecutorOptions options, Instant now) {
  GAPLESS_ASSIGN(const Window finished, window_of({}, settings, now));
  const Day last = finished.last_finished;
  JobRequest request{std::string(job), {finished, std::nullopt, {}}, std::move(options)};
  if (job == "intraday") {
    request.look.window.days = {last, Day::of(now)};
    request.look.plan.judge.include_open_days = true;
  } else if (job == "daily") {
    request.look.window.days.first = finished.days.last - (settings.detection_window_days - 1);
  } else if (job == "backfill") {
    request.look.beyond_window = true;
    request.look.max_days_beyond = settings.max_days_per_run;
  } else if (job == "verify") {
    request.verify.emplace();
    request.verify->sample = settings.verify_sample;
    request.verify->by_schedule = true;
  } else {
    return fail(Fault::kInvalidInput,
                fmt::format("there is no job '{}': daily, intraday, backfill and verify are", job));
  }
  request.look.plan.judge.accept_definition = false;  // but by configuration or consent
  request.executor.on_conflict = OnConflict::kSkip;
  request.executor.run_timeout = settings.run_timeout;
  request.executor.max_days = settings.max_days_per_run;
  request.executor.rest_after_failures = true;
  return request;
}

Result<ExitCode> run_job(Invocation& call, const JobRequest& request) {
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  return JobRun(call, request, figures).run();
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
