#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// An instant, UTC, to the microsecond.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// A UTC calendar day between 1970-01-03 and 2106-02-04, the range that every engine type holds (SEMANTICS: source events).
class Day {
 public:
  /// Accepts YYYY-MM-DD, a real date within the range. Errors: kInvalidInput, naming the text and `origin`.
  static Result<Day> parse(std::string_view text, std::string_view origin);
  /// As partition_id() writes it; none for any other text.
  static std::optional<Day> of_partition_id(std::string_view id);
  /// The day that holds the instant; outside the range, the nearest day in it.
  static Day of(Instant instant);
  static constexpr Day from_sys_days(std::chrono::sys_days days) { return Day(days); }
  /// The ends of the range. ClickHouse's DateTime holds 1970-01-01 to 2106-02-07 and wraps beyond; ownership looks two days
  /// around a day.
  static constexpr Day first() { return Day(std::chrono::year{1970} / 1 / 3); }
  static constexpr Day last() { return Day(std::chrono::year{2106} / 2 / 4); }

  std::string to_string() const;     ///< YYYY-MM-DD
  std::string partition_id() const;  ///< YYYYMMDD, as toYYYYMMDD partitions are named
  Instant start() const { return Instant(days_); }
  std::chrono::sys_days sys_days() const { return days_; }
  /// Days since 1970-01-01.
  int number() const { return static_cast<int>(days_.time_since_epoch().count()); }

  Day operator+(int days) const { return Day(days_ + std::chrono::days(days)); }
  Day operator-(int days) const { return Day(days_ - std::chrono::days(days)); }
  int operator-(Day other) const { return number() - other.number(); }
  auto operator<=>(const Day&) const = default;

 private:
  constexpr explicit Day(std::chrono::sys_days days) : days_(days) {}
  std::chrono::sys_days days_;
};

/// A range of days, both included, never empty.
struct DayRange {
  Day first;
  Day last;

  /// Every day that there can be.
  static constexpr DayRange ever() { return {Day::first(), Day::last()}; }
  /// Errors: kInvalidInput where `last` is before `first`.
  static Result<DayRange> make(Day first, Day last);
  int size() const { return last - first + 1; }
  bool contains(Day day) const { return first <= day && day <= last; }
  bool operator==(const DayRange&) const = default;
  std::string to_string() const;  ///< "2026-03-01 to 2026-03-06", or the one day
};

/// RFC 3339, UTC, with `Z`: whole seconds, or six digits where there are microseconds.
std::string format_instant(Instant instant);
/// Accepts RFC 3339 with an offset or Z, and up to six digits of fraction. Errors: kInvalidInput.
Result<Instant> parse_instant(std::string_view text, std::string_view origin);

}  // namespace gapless
