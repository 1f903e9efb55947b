#include "load/event_time.h"

#include "util/ascii.h"

namespace gapless {
namespace {

using std::chrono::microseconds;

/// Reads `pattern` from the front: a 'd' is a digit, which is added to a list, any other character itself.
bool take(std::string_view& text, std::string_view pattern, int* digits) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
    if (pattern[i] == 'd') *digits++ = text[i] - '0';
  }
  text.remove_prefix(pattern.size());
  return true;
}

/// ".f" to ".ffffff"; nothing where there is a point without digits or with more.
std::optional<microseconds> take_fraction(std::string_view& text) {
  microseconds fraction(0);
  if (!text.starts_with('.')) return fraction;
  text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  for (microseconds unit(100'000); unit.count() > 0 && !text.empty() && is_digit(text.front()); unit /= 10) {
    fraction += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return fraction;
}

/// "Z" or "±hh:mm", and nothing after it.
std::optional<std::chrono::minutes> take_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  int d[4];
  if (!take(text, "dd:dd", d) || !text.empty()) return std::nullopt;
  const std::chrono::hours hours(d[0] * 10 + d[1]);
  const std::chrono::minutes minutes(d[2] * 10 + d[3]);
  if (hours.count() > 23 || minutes.count() > 59) return std::nullopt;
  return negative ? -(hours + minutes) : hours + minutes;
}

}  // namespace

std::optional<Instant> parse_event_time(std::string_view text) {
  int d[8];
  if (!take(text, "dddd-dd-dd", d) || text.empty()) return std::nullopt;
  const char separator = text.front();
  if (separator != ' ' && separator != 'T' && separator != 't') return std::nullopt;
  text.remove_prefix(1);
  int t[6];
  if (!take(text, "dd:dd:dd", t)) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const bool plain = text.empty() && separator == ' ';
  const std::optional<std::chrono::minutes> offset = plain ? std::chrono::minutes(0) : take_offset(text);
  if (!offset) return std::nullopt;

  const std::chrono::year_month_day date(std::chrono::year(d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3]),
                                         std::chrono::month(static_cast<unsigned>(d[4] * 10 + d[5])),
                                         std::chrono::day(static_cast<unsigned>(d[6] * 10 + d[7])));
  const std::chrono::hours hours(t[0] * 10 + t[1]);
  const std::chrono::minutes minutes(t[2] * 10 + t[3]);
  const std::chrono::seconds seconds(t[4] * 10 + t[5]);
  if (!date.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + hours + minutes + seconds + *fraction - *offset;
}

}  // namespace gapless
