#include "cli/wording.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace gapless {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
/// From the longest down: a span is written in this order.
constexpr std::array<Unit, 5> kUnits = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                        Unit{"ms", 1}};

constexpr std::int64_t kLongestSpan = 3650LL * 86'400'000;

/// Takes a number and its unit off the front of a text; none where it does not begin with both.
std::optional<std::pair<std::int64_t, std::size_t>> take_part(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kLongestSpan || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::size_t length = std::min(text.find_first_of("0123456789"), text.size());
  for (std::size_t unit = 0; unit < kUnits.size(); ++unit) {
    if (kUnits[unit].name != text.substr(0, length)) continue;
    text.remove_prefix(length);
    return std::pair(number, unit);
  }
  return std::nullopt;
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array<std::string_view, 5> kNames = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t name = 0;
  for (; value >= 1023.95 && name + 1 < kNames.size(); ++name) value /= 1024;
  return fmt::format("{:.1f} {}", value, kNames[name]);
}

std::string format_seconds(double seconds) {
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string format_clock(std::chrono::seconds left) {
  const auto seconds = std::max<std::int64_t>(0, left.count());
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
}

std::optional<milliseconds> parse_span(std::string_view text) {
  if (text == "0") return milliseconds(0);
  std::int64_t total = 0;
  std::optional<std::size_t> last_unit;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part || (last_unit && part->second <= *last_unit)) return std::nullopt;
    last_unit = part->second;
    if (part->first > kLongestSpan / kUnits[part->second].millis) return std::nullopt;
    total += part->first * kUnits[part->second].millis;
  }
  if (!last_unit || total > kLongestSpan) return std::nullopt;
  return milliseconds(total);
}

std::string format_span(milliseconds span) {
  std::int64_t rest = span.count();
  if (rest == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (rest >= unit.millis) text += fmt::format("{}{}", rest / unit.millis, unit.name);
    rest %= unit.millis;
  }
  return text;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
    } else {
      const bool continuation = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
      width += continuation ? 0 : 1;
    }
  }
  return width;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t word_width = display_width(word);
    if (used > 0 && used + 1 + word_width > width) {
      lines += "\n" + std::string(indent, ' ');
      used = 0;
    } else if (used > 0) {
      lines += " ";
      ++used;
    }
    lines += word;
    used += word_width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace gapless
