#include "schedule/cron.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "util/ascii.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

using std::chrono::local_days;
using std::chrono::year_month_day;

struct FieldRule {
  std::string_view name;
  unsigned low = 0;
  unsigned high = 0;
  std::string_view allowed;
  std::span<const std::string_view> names;  ///< of the values from `low` on
};

constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr unsigned kSundayAtTheEnd = 7;

constexpr std::array<FieldRule, 5> kFields = {{
    {"minute", 0, 59, "0-59", {}},
    {"hour", 0, 23, "0-23", {}},
    {"day of month", 1, 31, "1-31", {}},
    {"month", 1, 12, "1-12 or jan-dec", kMonthNames},
    {"day of week", 0, kSundayAtTheEnd, "0-7 (0 and 7 are Sunday) or sun-sat", kWeekdayNames},
}};

struct Nickname {
  std::string_view name;
  std::string_view expression;
};
constexpr std::array<Nickname, 7> kNicknames = {{
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
}};

tl::unexpected<Error> refuse(std::string problem) { return fail(Fault::kInvalidInput, std::move(problem)); }

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found = split(text, " \t");
  std::erase(found, std::string_view());
  return found;
}

bool equal_but_for_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, ascii_lower);
}

Result<unsigned> parse_value(std::string_view text, const FieldRule& rule) {
  if (text.empty()) return refuse("a number is missing");
  for (std::size_t index = 0; index < rule.names.size(); ++index)
    if (equal_but_for_case(text, rule.names[index])) return rule.low + static_cast<unsigned>(index);
  const auto value = parse_number<unsigned>(text);
  if (!value || *value < rule.low || *value > rule.high) return refuse(fmt::format("'{}' is not allowed", text));
  return *value;
}

/// One entry of a field's list: the values from `first` to `last`, every `step`.
struct Range {
  unsigned first = 0;
  unsigned last = 0;
  unsigned step = 1;
};

Result<Range> parse_bounds(std::string_view text, const FieldRule& rule) {
  if (text == "*") return Range{rule.low, rule.high};
  const auto dash = text.find('-');
  GAPLESS_ASSIGN(const unsigned first, parse_value(text.substr(0, dash), rule));
  if (dash == std::string_view::npos) return Range{first, first};
  GAPLESS_ASSIGN(unsigned last, parse_value(text.substr(dash + 1), rule));
  if (rule.high == kSundayAtTheEnd && last == 0 && first > 0) last = kSundayAtTheEnd;
  if (last < first) return refuse(fmt::format("the range '{}' ends before it begins", text));
  return Range{first, last};
}

Result<Range> parse_entry(std::string_view text, const FieldRule& rule) {
  if (text.empty()) return refuse("an entry of the list is empty");
  if (text.find('~') != std::string_view::npos)
    return refuse(fmt::format("'{}' asks for a time at random, which would change with every start", text));
  const auto slash = text.find('/');
  const std::string_view bounds = text.substr(0, slash);
  GAPLESS_ASSIGN(Range range, parse_bounds(bounds, rule));
  if (slash == std::string_view::npos) return range;
  if (bounds != "*" && bounds.find('-') == std::string_view::npos)
    return refuse(
        fmt::format("the step of '{}' has no range: write '{}-{}{}'", text, bounds, rule.high, text.substr(slash)));
  const std::string_view step = text.substr(slash + 1);
  const auto value = parse_number<unsigned>(step);
  if (!value || *value == 0) return refuse(fmt::format("the step '{}' is not a positive number", step));
  range.step = *value;
  return range;
}

Error not_cron(std::string_view text, const std::string& why, std::string_view origin) {
  return {Fault::kInvalidInput, 0, fmt::format("'{}' is not a cron expression: {} (from {})", text, why, origin)};
}

/// The expression that a nickname stands for; any other text is its own.
Result<std::string_view> without_nickname(std::string_view text, std::string_view origin) {
  if (!text.starts_with('@')) return text;
  for (const Nickname& one : kNicknames)
    if (one.name == text) return one.expression;
  if (text == "@reboot")
    return fail(
        not_cron(text, "a schedule is made of times, and a start is none; name one, as in '0 4 * * *'", origin));
  std::vector<std::string_view> names;
  for (const Nickname& one : kNicknames) names.push_back(one.name);
  return fail(not_cron(text, fmt::format("of names there are {}", fmt::join(names, ", ")), origin));
}

local_days first_of_next_month(const year_month_day& date) {
  return local_days((date.year() / date.month() + std::chrono::months(1)) / 1);
}

}  // namespace

/// Makes an expression of the fields' texts.
class CronParser {
 public:
  using Field = CronExpression::Field;

  static Result<CronExpression> parse(std::string text, const std::vector<std::string_view>& fields) {
    CronExpression made;
    made.text_ = std::move(text);
    const std::array<Field*, kFields.size()> into = {&made.minutes_, &made.hours_, &made.days_, &made.months_,
                                                     &made.weekdays_};
    for (std::size_t index = 0; index < kFields.size(); ++index) {
      const FieldRule& rule = kFields[index];
      auto field = parse_field(fields[index], rule);
      if (!field)
        return refuse(
            fmt::format("in the {} '{}', {}; allowed are {}, alone, in lists (a,b), ranges (a-b) and steps "
                        "(*/n, a-b/n), or *",
                        rule.name, fields[index], field.error().message, rule.allowed));
      *into[index] = *field;
    }
    if (!ever_fires(made)) return refuse("no year has such a day; look at the day of month and the month");
    return made;
  }

 private:
  static Result<Field> parse_field(std::string_view text, const FieldRule& rule) {
    Field field;
    field.begins_with_star = text.starts_with('*');
    for (const std::string_view entry : split(text, ",")) {
      GAPLESS_ASSIGN(const Range range, parse_entry(entry, rule));
      for (std::uint64_t value = range.first; value <= range.last; value += range.step) field.values |= 1ULL << value;
    }
    if (rule.high == kSundayAtTheEnd && field.has(kSundayAtTheEnd))
      field.values = (field.values & ~(1ULL << kSundayAtTheEnd)) | 1U;
    return field;
  }

  /// Every day of a leap year is each day of the week, in some year; so only its number in the month can be impossible.
  static bool ever_fires(const CronExpression& expression) {
    if (!expression.days_.begins_with_star && !expression.weekdays_.begins_with_star) return true;
    for (auto month = expression.months_.first_from(1); month; month = expression.months_.first_from(*month + 1)) {
      const auto last = std::chrono::year_month_day_last(std::chrono::year(2000),
                                                         std::chrono::month_day_last(std::chrono::month(*month)));
      if (const auto day = expression.days_.first_from(1); day && *day <= static_cast<unsigned>(last.day()))
        return true;
    }
    return false;
  }
};

Result<CronExpression> CronExpression::parse(std::string_view text, std::string_view origin) {
  const std::vector<std::string_view> given = words(text);
  std::string normal = fmt::format("{}", fmt::join(given, " "));
  GAPLESS_ASSIGN(const std::string_view expression, without_nickname(normal, origin));
  const std::vector<std::string_view> fields = words(expression);
  if (fields.size() != kFields.size())
    return fail(
        not_cron(text,
                 fmt::format("it has {} field{}, and five are needed: minute, hour, day of month, month and day "
                             "of week, as in '0 4 * * *'",
                             fields.size(), fields.size() == 1 ? "" : "s"),
                 origin));
  auto parsed = CronParser::parse(normal, fields);
  if (!parsed) return fail(not_cron(text, parsed.error().message, origin));
  return parsed;
}

std::optional<unsigned> CronExpression::Field::first_from(unsigned from) const {
  constexpr unsigned kBits = 64;
  if (from >= kBits) return std::nullopt;
  const std::uint64_t rest = values & (~0ULL << from);
  if (rest == 0) return std::nullopt;
  return static_cast<unsigned>(std::countr_zero(rest));
}

bool CronExpression::fits(local_days day) const {
  const year_month_day date(day);
  if (!months_.has(static_cast<unsigned>(date.month()))) return false;
  const bool day_fits = days_.has(static_cast<unsigned>(date.day()));
  const bool weekday_fits = weekdays_.has(std::chrono::weekday(day).c_encoding());
  if (days_.begins_with_star || weekdays_.begins_with_star) return day_fits && weekday_fits;
  return day_fits || weekday_fits;
}

std::optional<std::chrono::minutes> CronExpression::first_time_from(std::chrono::minutes time_of_day) const {
  const auto hour_now = std::chrono::floor<std::chrono::hours>(time_of_day);
  auto hour = hours_.first_from(static_cast<unsigned>(hour_now.count()));
  if (hour && *hour == hour_now.count()) {
    if (const auto minute = minutes_.first_from(static_cast<unsigned>((time_of_day - hour_now).count())))
      return hour_now + std::chrono::minutes(*minute);
    hour = hours_.first_from(*hour + 1);
  }
  if (!hour) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(minutes_.first_from(0).value());
}

std::chrono::local_days CronExpression::first_day_from(local_days day) const {
  while (!fits(day)) {
    const year_month_day date(day);
    const bool month_fits = months_.has(static_cast<unsigned>(date.month()));
    day = month_fits ? day + std::chrono::days(1) : first_of_next_month(date);
  }
  return day;
}

LocalMinute CronExpression::first_from(LocalMinute from) const {
  const local_days today = std::chrono::floor<std::chrono::days>(from);
  if (fits(today))
    if (const auto time = first_time_from(from - today)) return today + *time;
  return first_day_from(today + std::chrono::days(1)) + first_time_from(std::chrono::minutes(0)).value();
}

Result<std::optional<CronExpression>> parse_cron_or_off(std::string_view text, std::string_view origin) {
  if (text == "off") return std::nullopt;
  GAPLESS_ASSIGN(CronExpression expression, CronExpression::parse(text, origin));
  return expression;
}

}  // namespace gapless
