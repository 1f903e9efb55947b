#include "core/day.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace gapless {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::year_month_day;

/// Reads fixed-width fields from the front of a text. The first that does not fit makes `ok()` false for good. Written
/// by hand because the standard's and the date library's parsers take "2026-3-1", signs, and spaces between fields.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  /// Takes one character if it is among `choices`.
  std::optional<char> take(std::string_view choices) {
    if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) return std::nullopt;
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }
  void expect(std::string_view choices) {
    if (!take(choices)) fail();
  }
  void require(bool condition) {
    if (!condition) fail();
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  int fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<std::chrono::sys_days> read_date(Fields& fields) {
  const std::chrono::year year(fields.digits(4));
  fields.expect("-");
  const std::chrono::month month(static_cast<unsigned>(fields.digits(2)));
  fields.expect("-");
  const std::chrono::day day(static_cast<unsigned>(fields.digits(2)));
  const year_month_day date = year / month / day;
  if (!fields.ok() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

microseconds read_time_of_day(Fields& fields) {
  const std::chrono::hours hours(fields.digits(2));
  fields.expect(":");
  const std::chrono::minutes minutes(fields.digits(2));
  fields.expect(":");
  const std::chrono::seconds seconds(fields.digits(2));
  microseconds fraction(0);
  if (fields.take(".")) {
    microseconds unit(1'000'000);
    fields.require(fields.next_is_digit());
    while (fields.next_is_digit() && unit > microseconds(1)) {
      unit /= 10;
      fraction += fields.digits(1) * unit;
    }
  }
  // No leap seconds: an Instant has none, as little as ClickHouse's DateTime.
  fields.require(hours.count() < 24 && minutes.count() < 60 && seconds.count() < 60);
  return hours + minutes + seconds + fraction;
}

std::chrono::minutes read_offset(Fields& fields) {
  if (fields.take("Zz")) return std::chrono::minutes(0);
  const std::optional<char> sign = fields.take("+-");
  fields.require(sign.has_value());
  const std::chrono::hours hours(fields.digits(2));
  fields.expect(":");
  const std::chrono::minutes minutes(fields.digits(2));
  fields.require(hours.count() < 24 && minutes.count() < 60);
  return sign == '-' ? -(hours + minutes) : hours + minutes;
}

std::string format_date(std::chrono::sys_days day) {
  const year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

Result<Day> Day::parse(std::string_view text, std::string_view origin) {
  Fields fields(text);
  const auto date = read_date(fields);
  if (!date || !fields.at_end()) {
    return fail(Fault::kInvalidInput, fmt::format("'{}' is not a day; write it as 2026-03-01 (from {})", text, origin));
  }
  if (*date < Day::first().sys_days() || *date > Day::last().sys_days()) {
    return fail(Fault::kInvalidInput, fmt::format("day '{}' is outside {} to {} (from {})", text,
                                                  Day::first().to_string(), Day::last().to_string(), origin));
  }
  return Day(*date);
}

Day Day::of(Instant instant) {
  return Day(std::clamp(std::chrono::floor<days>(instant), first().sys_days(), last().sys_days()));
}

std::string Day::to_string() const { return format_date(days_); }

std::optional<Day> Day::of_partition_id(std::string_view id) {
  if (id.size() != 8) return std::nullopt;
  const auto day = parse(fmt::format("{}-{}-{}", id.substr(0, 4), id.substr(4, 2), id.substr(6)), "a partition's id");
  return day ? std::optional(*day) : std::nullopt;
}

std::string Day::partition_id() const {
  const year_month_day date(days_);
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<DayRange> DayRange::make(Day first, Day last) {
  if (last < first) {
    return fail(Fault::kInvalidInput,
                fmt::format("the last day {} is before the first day {}", last.to_string(), first.to_string()));
  }
  return DayRange{first, last};
}

std::string DayRange::to_string() const {
  if (first == last) return first.to_string();
  return fmt::format("{} to {}", first.to_string(), last.to_string());
}

std::string format_instant(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::hh_mm_ss time(instant - day);
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(day), time.hours().count(), time.minutes().count(),
                                 time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text + 'Z';
}

Result<Instant> parse_instant(std::string_view text, std::string_view origin) {
  Fields fields(text);
  const auto date = read_date(fields);
  fields.expect("Tt");
  const microseconds time = read_time_of_day(fields);
  const std::chrono::minutes offset = read_offset(fields);
  if (!date || !fields.at_end()) {
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not an instant; write it as 2026-03-01T12:30:00Z (from {})", text, origin));
  }
  return Instant(*date) + time - offset;
}

}  // namespace gapless
