#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/schedule.h"

namespace gapless {

inline CronExpression cron(std::string_view text) { return CronExpression::parse(text, "test").value(); }
inline TimeZone zone(std::string_view name) { return TimeZone::parse(name, "test").value(); }
inline Schedule schedule(std::string_view expression, std::string_view in_zone = "UTC") {
  return {cron(expression), zone(in_zone)};
}

/// Of "2026-03-29T01:00", UTC, which is also how ticks are shown.
inline Instant at(std::string_view text) { return parse_instant(std::string(text) + ":00Z", "test").value(); }
inline std::string shown(Instant instant) {
  const std::string text = format_instant(instant);
  constexpr std::string_view kWholeMinute = ":00Z";
  return text.ends_with(kWholeMinute) ? text.substr(0, text.size() - kWholeMinute.size()) : text;
}

/// Every tick later than `after` and not later than `until`, by next_after alone.
inline std::vector<Instant> walk(const Schedule& one, Instant after, Instant until) {
  std::vector<Instant> ticks;
  for (auto tick = one.next_after(after); tick && *tick <= until; tick = one.next_after(*tick)) ticks.push_back(*tick);
  return ticks;
}

/// A field of an expression, made up together with the values that it stands for.
struct MadeUpField {
  std::string text;
  std::bitset<64> values;

  void add(const std::string& entry, unsigned first, unsigned last, unsigned step) {
    text += (text.empty() ? "" : ",") + entry;
    for (unsigned value = first; value <= last; value += step) values.set(value);
  }
  bool begins_with_star() const { return text.starts_with('*'); }
};

struct MadeUpCron {
  MadeUpField minute, hour, day, month, weekday;

  std::string text() const {
    return minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text;
  }
  /// crontab(5) to the letter. Sunday is 0 for the caller, and both 0 and 7 in the expression.
  bool fits(std::chrono::year_month_day date, std::chrono::weekday week_day) const {
    const bool by_day = day.values[static_cast<unsigned>(date.day())];
    const bool by_weekday = weekday.values[week_day.c_encoding()] || weekday.values[week_day.iso_encoding()];
    const bool both = day.begins_with_star() || weekday.begins_with_star();
    return month.values[static_cast<unsigned>(date.month())] && (both ? by_day && by_weekday : by_day || by_weekday);
  }
};

inline MadeUpField make_up_field(unsigned low, unsigned high, int stars_in_ten) {
  MadeUpField field;
  if (*rc::gen::inRange(0, 10) < stars_in_ten) {
    field.add("*", low, high, 1);
    return field;
  }
  for (int entries = *rc::gen::inRange(1, 4); entries > 0; --entries) {
    const unsigned one = *rc::gen::inRange(low, high + 1), other = *rc::gen::inRange(low, high + 1);
    const unsigned first = std::min(one, other), last = std::max(one, other), step = *rc::gen::inRange(1U, high + 3);
    const std::string range = std::to_string(first) + "-" + std::to_string(last);
    switch (*rc::gen::inRange(0, 4)) {
      case 0: field.add("*/" + std::to_string(step), low, high, step); break;
      case 1: field.add(range, first, last, 1); break;
      case 2: field.add(range + "/" + std::to_string(step), first, last, step); break;
      default: field.add(std::to_string(first), first, first, 1); break;
    }
  }
  return field;
}

inline MadeUpCron make_up_cron() {
  return {make_up_field(0, 59, 2), make_up_field(0, 23, 3), make_up_field(1, 31, 5), make_up_field(1, 12, 8),
          make_up_field(0, 7, 5)};
}

}  // namespace gapless
