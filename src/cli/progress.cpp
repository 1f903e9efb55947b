#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/wording.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kBarWidth = 20;
constexpr milliseconds kBetweenBars{100};
constexpr seconds kBetweenLines{10};
/// A rate over less says nothing.
constexpr milliseconds kShortestForRate{500};

double per_second(const ProgressState& state) {
  return static_cast<double>(state.done) * 1000.0 / static_cast<double>(state.elapsed.count());
}

std::string counted_in(ProgressState::Unit unit, std::uint64_t number) {
  return unit == ProgressState::Unit::kDays ? counted(number, "day", "days")
                                            : counted(number, "partition", "partitions");
}

std::string amount(const ProgressState& state) {
  if (state.unit == ProgressState::Unit::kBytes) {
    return state.total ? fmt::format("{} of {}", format_bytes(state.done), format_bytes(*state.total))
                       : format_bytes(state.done);
  }
  return state.total ? fmt::format("{} of {}", grouped(state.done), counted_in(state.unit, *state.total))
                     : counted_in(state.unit, state.done);
}

/// Amount, share, rate and time left, as far as they are known.
std::vector<std::string> figures(const ProgressState& state) {
  std::vector<std::string> parts = {amount(state)};
  if (state.total && *state.total > 0)
    parts.push_back(fmt::format("{} %", std::min<std::uint64_t>(state.done * 100 / *state.total, 100)));
  if (state.done == 0 || state.elapsed < kShortestForRate) return parts;
  const double rate = per_second(state);
  const bool is_days = state.unit == ProgressState::Unit::kDays;
  if (state.unit == ProgressState::Unit::kBytes)
    parts.push_back(format_bytes(static_cast<std::uint64_t>(rate)) + "/s");
  else
    parts.push_back(rate >= 1 ? fmt::format("{:.1f} {}/s", rate, is_days ? "days" : "partitions")
                              : fmt::format("{} a {}", format_seconds(1 / rate), is_days ? "day" : "partition"));
  if (state.total && *state.total > state.done) {
    const auto left = static_cast<double>(*state.total - state.done) / rate;
    parts.push_back(format_clock(seconds(std::llround(left))) + " left");
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : separator).append(part);
  return text;
}

}  // namespace

ProgressState::Unit unit_of(TeamBuckets buckets, Shards shards) {
  return buckets.count() * shards.count() == 1 ? ProgressState::Unit::kDays : ProgressState::Unit::kPartitions;
}

std::string progress_bar(const ProgressState& state) {
  std::vector<std::string> parts = {state.label};
  if (state.total && *state.total > 0) {
    const std::size_t filled = static_cast<std::size_t>(std::min(state.done, *state.total) * kBarWidth / *state.total);
    std::string bar;
    for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    parts.push_back(std::move(bar));
  }
  for (std::string& part : figures(state)) parts.push_back(std::move(part));
  if (!state.detail.empty()) parts.push_back(state.detail);
  return joined(parts, "  ");
}

std::string progress_line(const ProgressState& state) { return state.label + ": " + joined(figures(state), ", "); }

ProgressDisplay::ProgressDisplay(Console& console, std::string label, ProgressState::Unit unit, Lines lines)
    : console_(console), lines_(lines), next_line_(started_ + kBetweenLines) {
  state_.label = std::move(label);
  state_.unit = unit;
}

void ProgressDisplay::update(std::uint64_t done, std::optional<std::uint64_t> total, std::string_view detail) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  state_.done = done;
  state_.total = total;
  state_.detail = detail;
  state_.elapsed = std::chrono::duration_cast<milliseconds>(now - started_);
  if (console_.is_terminal()) {
    if (now < next_bar_) return;
    next_bar_ = now + kBetweenBars;
    console_.show(progress_bar(state_));
  } else if (lines_ == Lines::kNowAndThen && now >= next_line_) {
    next_line_ = now + kBetweenLines;
    console_.line(progress_line(state_));
  }
}

}  // namespace gapless
