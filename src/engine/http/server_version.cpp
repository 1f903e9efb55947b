#include "engine/http/server_version.h"

#include <fmt/format.h>

#include <charconv>

#include "util/curl_handles.h"

namespace gapless {

Result<ServerVersion> ServerVersion::parse(std::string_view text) {
  const char* const end = text.data() + text.size();
  ServerVersion version;
  const auto [point, year_error] = std::from_chars(text.data(), end, version.year);
  if (year_error == std::errc() && point != end && *point == '.') {
    const auto [rest, month_error] = std::from_chars(point + 1, end, version.month);
    if (month_error == std::errc() && (rest == end || *rest == '.')) return version;
  }
  return fail(Fault::kCorrupt, fmt::format("'{}' is no version of ClickHouse", in_one_line(text.substr(0, 60))));
}

}  // namespace gapless
