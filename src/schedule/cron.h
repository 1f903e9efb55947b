#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// A minute as a wall clock and its calendar show it, in no zone in particular.
using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

/// A five-field cron expression, which says at which minutes of a wall clock a job runs: minute, hour, day of month,
/// month, day of week. What it means is what cronie's crontab(5) and crond say:
/// - A field is a list of `*`, numbers, ranges `a-b` and steps `*/n` and `a-b/n`. A step needs a range: `5/15` is an
///   error. One longer than its range is not: `*/60` is minute 0.
/// - Months and days of the week may be named by their first three letters, in ranges too (`mon-fri`). Sunday is 0 and
///   7; as the end of a range it is 7 (`fri-sun`).
/// - Where neither the day of month nor the day of week begins with `*`, either of them is enough; else both must fit.
/// - @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly stand for their expressions.
/// Other than in cronie, a range that ends before it begins is an error, not an empty set. So are `~`, which lets crond
/// pick a time at random, and @reboot: the same schedule has the same ticks, whenever the process was started.
class CronExpression {
 public:
  /// Errors: kInvalidInput, which name the text, the field, what is allowed in it, and `origin`; also for a date that
  /// is in no year, such as 31 February.
  static Result<CronExpression> parse(std::string_view text, std::string_view origin);

  /// As given, with single spaces between the fields.
  const std::string& to_string() const { return text_; }
  /// False where the minute or the hour begins with `*`: crond tells by that which jobs it must not miss, nor repeat,
  /// when clocks are changed.
  bool is_at_fixed_times() const { return !minutes_.begins_with_star && !hours_.begins_with_star; }
  /// The first minute that fits, not before `from`. There always is one, within 40 years.
  LocalMinute first_from(LocalMinute from) const;

 private:
  friend class CronParser;
  /// The values that a field allows, by number: months and days of the month from 1, Sunday as 0 alone.
  struct Field {
    std::uint64_t values = 0;
    bool begins_with_star = false;

    bool has(unsigned value) const { return ((values >> value) & 1U) != 0; }
    /// The least value that is not below `from`.
    std::optional<unsigned> first_from(unsigned from) const;
  };

  CronExpression() = default;
  bool fits(std::chrono::local_days day) const;
  std::optional<std::chrono::minutes> first_time_from(std::chrono::minutes time_of_day) const;
  std::chrono::local_days first_day_from(std::chrono::local_days day) const;

  std::string text_;
  Field minutes_;
  Field hours_;
  Field days_;
  Field months_;
  Field weekdays_;
};

/// None for `off`, with which a configuration turns a schedule off. Errors: those of CronExpression::parse.
Result<std::optional<CronExpression>> parse_cron_or_off(std::string_view text, std::string_view origin);

}  // namespace gapless
