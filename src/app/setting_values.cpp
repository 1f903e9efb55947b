#include "app/setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/wording.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

tl::unexpected<std::string> wanted(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

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
  const auto number = parse_number<double>(text.substr(0, unit_at));
  for (const SizeUnit& unit : kSizeUnits) {
    if (!number || unit.name != text.substr(unit_at)) continue;
    const double bytes = *number * unit.bytes;
    if (bytes >= 0 && bytes <= kMost) return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

struct QualifiedName {
  std::optional<Identifier> before_dot;
  Identifier name;
};

/// Of "name" or "before.name"; none for anything else.
std::optional<QualifiedName> qualified_name(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto name = Identifier::parse(dot == std::string_view::npos ? text : text.substr(dot + 1), "");
  if (!name) return std::nullopt;
  if (dot == std::string_view::npos) return QualifiedName{std::nullopt, *name};
  const auto before = Identifier::parse(text.substr(0, dot), "");
  if (!before) return std::nullopt;
  return QualifiedName{*before, *name};
}

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

/// libpq would take part of a password with a bare '@' or '/' in it for the host, and show it in its messages.
bool has_bare_at_sign(std::string_view url) {
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::size_t at = rest.find('@');
  return at != rest.rfind('@') || (at != std::string_view::npos && rest.find('/') < at);
}

constexpr std::string_view kHidden = "***";

/// Where the value of the next `password=` begins, from `from` on; npos where there is none.
std::size_t password_value(std::string_view text, std::size_t from) {
  constexpr std::string_view kWord = "password";
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), kWord.begin(), kWord.end(), same);
  if (found == text.end()) return std::string_view::npos;
  std::size_t at = static_cast<std::size_t>(found - text.begin()) + kWord.size();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at >= text.size() || text[at] != '=') return password_value(text, at);
  ++at;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at < text.size() ? at : std::string_view::npos;
}

/// Where a value ends that libpq reads: behind its closing quote, or before one of `ends`; a backslash takes what
/// follows it as it is.
std::size_t value_end(std::string_view text, std::size_t begin, std::string_view ends) {
  const bool in_quotes = text[begin] == '\'';
  for (std::size_t at = in_quotes ? begin + 1 : begin; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (in_quotes ? text[at] == '\'' : ends.find(text[at]) != std::string_view::npos)
      return in_quotes ? at + 1 : at;
  }
  return text.size();
}

}  // namespace

ReadValue<int> read_whole_number(std::string_view text, int least, int most) {
  const auto number = parse_number<int>(text);
  if (number && *number >= least && *number <= most) return *number;
  return wanted(fmt::format("a whole number from {} to {}", least, most));
}

ReadValue<double> read_percentage(std::string_view text) {
  const auto number = parse_number<double>(text.ends_with('%') ? text.substr(0, text.size() - 1) : text);
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
    const auto percent = parse_number<double>(text.substr(0, text.size() - 1));
    if (percent && *percent >= 1 && *percent <= 100) return MemoryLimit{std::nullopt, *percent};
  } else if (const auto bytes = size_of(text); bytes && *bytes >= kLeast) {
    return MemoryLimit{*bytes, 0};
  }
  return wanted("a size of at least 64MiB such as 4GiB, or a share of the machine's memory such as 60%");
}

ReadValue<SourceTable> read_source_table(std::string_view text) {
  const auto name = qualified_name(text);
  if (!name) return wanted("a table's name, table or database.table");
  return SourceTable{name->before_dot, name->name};
}

ReadValue<SettingsTable> read_settings_table(std::string_view text, SettingsTable others) {
  const auto name = qualified_name(text);
  if (!name) return wanted("a table's name of letters, digits and '_', table or schema.table");
  others.schema = name->before_dot;
  others.table = name->name;
  return others;
}

ReadValue<TeamSettingsDatabase> read_settings_database(std::string_view text) {
  using Kind = TeamSettingsDatabase::Kind;
  constexpr std::string_view kSqlite = "sqlite:";
  if (text.starts_with(kSqlite) && text.size() > kSqlite.size())
    return TeamSettingsDatabase{Kind::kSqlite, std::string(text.substr(kSqlite.size()))};
  if (auto connection = read_postgres_connection(text))
    return TeamSettingsDatabase{Kind::kPostgres, std::move(*connection)};
  else if (is_postgres_url(text))
    return wanted(std::move(connection.error()));
  return wanted("postgresql://user@host:port/database, libpq's host=HOST dbname=DATABASE, or sqlite:PATH");
}

ReadValue<std::string> read_postgres_connection(std::string_view text) {
  if (is_postgres_url(text)) {
    if (has_bare_at_sign(text))
      return wanted("a URL with at most one '@', behind user and password, and %40 for others");
    return std::string(text);
  }
  const bool has_pairs = text.find('=') != std::string_view::npos && text.find("://") > text.find('=');
  if (has_pairs) return std::string(text);
  return wanted("postgresql://user@host:port/database, or libpq's host=HOST dbname=DATABASE");
}

std::string without_passwords(std::string_view text) {
  std::string shown(text);
  const std::size_t scheme = shown.find("://");
  const bool is_url = scheme < shown.find('=');
  if (const std::size_t at = shown.rfind('@'); is_url && at != std::string::npos) {
    const std::size_t colon = shown.find(':', scheme + 3);
    if (colon < at) shown.replace(colon + 1, at - colon - 1, kHidden);
  }
  const std::string_view ends = is_url ? "& \t\n" : " \t\n";
  for (std::size_t begin = 0; (begin = password_value(shown, begin)) != std::string::npos;) {
    shown.replace(begin, value_end(shown, begin, ends) - begin, kHidden);
    begin += kHidden.size();
  }
  return shown;
}

}  // namespace gapless
