#include "load/log_time.h"

#include <array>

#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using std::chrono::microseconds;

class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  bool next_is_digit() const { return !rest_.empty() && is_digit(rest_.front()); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { require(take(c)); }
  void require(bool condition) { ok_ = ok_ && condition; }

  /// `fewest` to `most` digits.
  int number(std::size_t fewest, std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < most && next_is_digit()) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++count;
    }
    require(count >= fewest);
    return value;
  }

  std::chrono::month month() {
    static constexpr std::array<std::string_view, 12> kNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                             "jul", "aug", "sep", "oct", "nov", "dec"};
    if (rest_.size() >= 3) {
      const std::array<char, 3> lower{ascii_lower(rest_[0]), ascii_lower(rest_[1]), ascii_lower(rest_[2])};
      for (unsigned i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == std::string_view(lower.data(), 3)) {
          rest_.remove_prefix(3);
          return std::chrono::month(i + 1);
        }
      }
    }
    require(false);
    return std::chrono::January;
  }

  void spaces() {
    std::size_t count = 0;
    while (const std::size_t length = space_length(rest_)) {
      rest_.remove_prefix(length);
      ++count;
    }
    require(count > 0);
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Z, ±hhmm, ±hhmmss[.ffffff], ±hh:mm or ±hh:mm:ss[.ffffff], of less than a day.
microseconds read_offset(Fields& fields) {
  if (fields.take('Z')) return microseconds(0);
  const bool negative = fields.take('-');
  fields.require(negative || fields.take('+'));
  microseconds offset = std::chrono::hours(fields.number(2, 2));
  const bool colons = fields.take(':');
  const int minutes = fields.number(2, 2);
  offset += std::chrono::minutes(minutes);
  fields.require(minutes < 60);
  if (!fields.at_end() && (colons ? fields.take(':') : fields.next_is_digit())) {
    const int seconds = fields.number(2, 2);
    fields.require(seconds < 60);
    offset += std::chrono::seconds(seconds);
    if (fields.take('.')) {
      fields.require(fields.next_is_digit());
      for (microseconds unit(100'000); unit.count() > 0 && fields.next_is_digit(); unit /= 10) {
        offset += unit * fields.number(1, 1);
      }
    }
  }
  fields.require(offset < std::chrono::hours(24));
  return negative ? -offset : offset;
}

}  // namespace

std::optional<Instant> parse_log_time(std::string_view text) {
  Fields fields(text);
  const std::size_t fewest_day_digits = fields.take(' ') ? 1 : 0;
  const int day = fewest_day_digits == 1 ? fields.number(1, 1) : fields.number(1, 2);
  fields.expect('/');
  const std::chrono::month month = fields.month();
  fields.expect('/');
  const int year = fields.number(4, 4);
  fields.expect(':');
  const int hours = fields.number(1, 2);
  fields.expect(':');
  const int minutes = fields.number(1, 2);
  fields.expect(':');
  const int seconds = fields.number(1, 2);
  fields.spaces();
  const microseconds offset = read_offset(fields);
  const std::chrono::year_month_day date(std::chrono::year(year), month, std::chrono::day(static_cast<unsigned>(day)));
  const bool possible = year > 0 && date.ok() && hours < 24 && minutes < 60 && seconds < 60;
  if (!fields.ok() || !fields.at_end() || !possible) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds) - offset;
}

}  // namespace gapless
