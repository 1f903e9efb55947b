#include "alerts/alert_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless {
namespace {

using std::chrono::seconds;

constexpr std::size_t kLongestShape = 500;

bool is_of_word(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == ':'; }

/// The error with "#" for every word that holds a digit, and for a list of such words: what stays the same when it
/// happens again on another day, to another run.
std::string shape_of(std::string_view error) {
  std::string shape;
  for (std::size_t at = 0; at < error.size() && shape.size() < kLongestShape;) {
    const std::size_t begin = at;
    while (at < error.size() && is_of_word(error[at])) ++at;
    if (at == begin) {
      shape += error[at++];
      continue;
    }
    const std::string_view word = error.substr(begin, at - begin);
    if (word.find_first_of("0123456789") == std::string_view::npos) {
      shape += word;
      continue;
    }
    for (const std::string_view list : {"#, ", "# "})
      if (shape.ends_with(list)) shape.resize(shape.size() - list.size());
    shape += '#';
  }
  return shape;
}

/// "59 min", "27 h", "3 d 4 h".
std::string span_text(seconds span) {
  const auto hours = std::chrono::floor<std::chrono::hours>(span).count();
  if (hours < 1) return fmt::format("{} min", std::chrono::floor<std::chrono::minutes>(span).count());
  if (hours < 48) return fmt::format("{} h", hours);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

}  // namespace

/// A time that is still to come was told before the clock was set back, and counts for nothing.
void AlertPolicy::forget_old(Job& job, Instant now) const {
  const auto old = [&](Instant at) { return now - at >= options_.repeat_after || at > now; };
  std::erase_if(job.told, [&](const auto& error) { return old(error.second); });
  std::erase_if(job.alerts, old);
}

Alert AlertPolicy::failure(const RunEnd& run, const Job& job, Instant now) const {
  const bool failed = run.outcome == RunOutcome::kFailed;
  Alert alert;
  alert.kind = failed ? Alert::Kind::kRunFailed : Alert::Kind::kRunPartial;
  alert.title = fmt::format("the {} run {}", run.job, failed ? "failed" : "failed in part");
  alert.detail = fmt::format("{}; `gapless runs show {}` shows where",
                             run.error.empty() ? "no error is recorded" : run.error, run.run_id);
  if (job.alerts.size() >= options_.most_failures_told)
    alert.detail +=
        fmt::format("; this is alert {} about {} within {}, and more have to wait until {}", job.alerts.size(), run.job,
                    span_text(options_.repeat_after), format_instant(job.alerts.front() + options_.repeat_after));
  alert.job = run.job;
  alert.run_id = run.run_id;
  alert.at = now;
  alert.host = options_.host;
  alert.fields = {{"failing_since", format_instant(*job.failing_since)}};
  return alert;
}

Alert AlertPolicy::recovery(const RunEnd& run, Instant failing_since, Instant now) const {
  Alert alert;
  alert.kind = Alert::Kind::kRecovered;
  alert.title = fmt::format("the {} run is good again", run.job);
  alert.detail = fmt::format("it had failed since {}; nothing is to be done", format_instant(failing_since));
  alert.job = run.job;
  alert.run_id = run.run_id;
  alert.at = now;
  alert.host = options_.host;
  alert.fields = {{"failing_since", format_instant(failing_since)}};
  return alert;
}

std::vector<Alert> AlertPolicy::on_run_end(const RunEnd& run, Instant now) {
  if (run.outcome == RunOutcome::kOther) return {};
  Job& job = jobs_[run.job];
  forget_old(job, now);
  if (run.outcome == RunOutcome::kGood) {
    const auto since = job.failing_since;
    const bool was_told = job.is_told;
    job.failing_since.reset();
    job.is_told = false;
    job.told.clear();
    if (!was_told) return {};
    return {recovery(run, *since, now)};
  }
  if (!job.failing_since) job.failing_since = now;
  std::string shape = (run.outcome == RunOutcome::kFailed ? "failed: " : "partial: ") + shape_of(run.error);
  if (job.told.contains(shape) || job.alerts.size() >= options_.most_failures_told) return {};
  job.told.emplace(std::move(shape), now);
  job.alerts.push_back(now);
  job.is_told = true;
  return {failure(run, job, now)};
}

std::vector<Alert> AlertPolicy::on_gaps(std::optional<seconds> oldest_gap, Instant now) {
  const bool too_old = oldest_gap && *oldest_gap > options_.oldest_gap_allowed;
  if (too_old == gap_told_at_.has_value()) return {};
  Alert alert;
  alert.at = now;
  alert.host = options_.host;
  if (too_old) {
    alert.kind = Alert::Kind::kGapTooOld;
    alert.title = fmt::format("figures are missing for {}", span_text(*oldest_gap));
    alert.detail = fmt::format("the oldest gap may be {} old; `gapless plan` shows the gaps and their reasons",
                               span_text(options_.oldest_gap_allowed));
    alert.fields = {{"oldest_gap_seconds", std::to_string(oldest_gap->count())},
                    {"allowed_seconds", std::to_string(options_.oldest_gap_allowed.count())}};
    gap_told_at_ = now;
  } else {
    alert.kind = Alert::Kind::kRecovered;
    alert.title = "no gap is too old any more";
    alert.detail = fmt::format("one was since {}; nothing is to be done", format_instant(*gap_told_at_));
    alert.fields = {{"oldest_gap_seconds", std::to_string(oldest_gap.value_or(seconds(0)).count())}};
    gap_told_at_.reset();
  }
  return {std::move(alert)};
}

}  // namespace gapless
