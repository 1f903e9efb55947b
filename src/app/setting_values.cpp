#include "app/setting_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "cli/wording.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

tl::unexpected<std::string> wanted(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct SizeUnit {
  std::string_view name;
  double bytes;
};
constexpr std::array<SizeUnit, 10> kSizeUnits = {SizeUnit{"", 1},
                                                 SizeUnit{"B", 1},
                                                 SizeUnit{"KB", 1e3},
                                                 SizeUnit{"MB", 1e6},
                                                 SizeUnit{"GB", 1e9},
                                                 SizeUnit{"TB", 1e12},
                                                 SizeUnit{"KiB", 1024.0},
                                                 SizeUnit{"MiB", 1048576.0},
                                                 SizeUnit{"GiB", 1073741824.0},
                                                 SizeUnit{"TiB", 1099511627776.0}};

/// Bytes of "4GiB"; none where the text is no size.
std::optional<std::uint64_t> size_of(std::string_view text) {
  constexpr double kMost = 1e18;
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = number_of<double>(text.substr(0, unit_at));
  for (const SizeUnit& unit : kSizeUnits) {
    if (!number || unit.name != text.substr(unit_at)) continue;
    const double bytes = *number * unit.bytes;
    if (bytes >= 0 && bytes <= kMost) return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

}  // namespace

ReadValue<int> read_whole_number(std::string_view text, int least, int most) {
  const auto number = number_of<int>(text);
  if (number && *number >= least && *number <= most) return *number;
  return wanted(fmt::format("a whole number from {} to {}", least, most));
}

ReadValue<double> read_percentage(std::string_view text) {
  const auto number = number_of<double>(text.ends_with('%') ? text.substr(0, text.size() - 1) : text);
  if (number && *number >= 0 && *number <= 100) return *number;
  return wanted("a percentage from 0 to 100");
}

ReadValue<bool> read_boolean(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return wanted("true or false");
}

ReadValue<milliseconds> read_span(std::string_view text) {
  if (const auto span = parse_span(text)) return *span;
  return wanted("a span of time with its unit, such as 30m, 2200s or 1h30m");
}

ReadValue<milliseconds> read_span_or_seconds(std::string_view text) {
  if (const auto span = parse_span(text)) return *span;
  if (const auto span = parse_span(std::string(text) + "s")) return *span;
  return wanted("a span of time such as 30m or 2200s, or a number of seconds");
}

ReadValue<MemoryLimit> read_memory_limit(std::string_view text) {
  constexpr std::uint64_t kLeast = 64ULL << 20U;  // chDB alone needs more
  if (text.ends_with('%')) {
    const auto percent = number_of<double>(text.substr(0, text.size() - 1));
    if (percent && *percent >= 1 && *percent <= 100) return MemoryLimit{std::nullopt, *percent};
  } else if (const auto bytes = size_of(text); bytes && *bytes >= kLeast) {
    return MemoryLimit{*bytes, 0};
  }
  return wanted("a size of at least 64MiB such as 4GiB, or a share of the machine's memory such as 60%");
}

ReadValue<SourceTable> read_source_table(std::string_view text) {
  const std::size_t dot = text.find('.');
  SourceTable source;
  const auto table = Identifier::parse(dot == std::string_view::npos ? text : text.substr(dot + 1), "");
  if (dot != std::string_view::npos) {
    const auto database = Identifier::parse(text.substr(0, dot), "");
    if (!database) return wanted("a table's name, table or database.table");
    source.database = *database;
  }
  if (!table) return wanted("a table's name, table or database.table");
  source.table = *table;
  return source;
}

}  // namespace gapless
