#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "core/shards.h"
#include "core/team_buckets.h"

namespace gapless {

/// How far something is, at one moment.
struct ProgressState {
  enum class Unit { kDays, kPartitions, kBytes };
  std::string label;  ///< "backfill", a file's name
  Unit unit = Unit::kDays;
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  ///< none: not known
  std::chrono::milliseconds elapsed{0};
  std::string detail;  ///< what is at work just now
};

/// What is counted of a run: days, or where these have several buckets, partitions.
ProgressState::Unit unit_of(TeamBuckets buckets, Shards shards);

/// A bar with rate and time left: "backfill  ████░░░░  12 of 30 days  40 %  3.1 days/s  0:06 left  2026-03-01 build".
std::string progress_bar(const ProgressState& state);
/// The same as a sentence for a log file, without the bar.
std::string progress_line(const ProgressState& state);

/// Shows progress on the console while it lives: a bar on a terminal, elsewhere a plain line now and then (where asked
/// for). Thread-safe.
class ProgressDisplay {
 public:
  enum class Lines { kNowAndThen, kNone };
  /// The console must outlive it.
  ProgressDisplay(Console& console, std::string label, ProgressState::Unit unit, Lines lines);
  ~ProgressDisplay() { console_.clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void update(std::uint64_t done, std::optional<std::uint64_t> total, std::string_view detail);

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  const Lines lines_;
  const Clock::time_point started_ = Clock::now();
  std::mutex mutex_;
  ProgressState state_;
  Clock::time_point next_bar_ = started_;
  Clock::time_point next_line_;
};

}  // namespace gapless
