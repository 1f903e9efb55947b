#include "query/dimension.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/channels.h"
#include "util/nearest.h"

namespace gapless {
namespace {

using Kind = Dimension::Kind;

constexpr std::array kAll = {
    Dimension{.name = "page", .column = "pathname", .of_views = true},
    Dimension{.name = "host", .column = "host", .of_views = true},
    Dimension{.name = "entry_page", .column = "entry_pathname"},
    Dimension{.name = "exit_page", .column = "end_pathname"},
    Dimension{.name = "entry_host", .kind = Kind::kEntryHost},
    Dimension{.name = "channel", .kind = Kind::kChannel},
    Dimension{.name = "referrer", .column = "referring_domain"},
    Dimension{.name = "utm_source", .column = "utm_source"},
    Dimension{.name = "utm_medium", .column = "utm_medium"},
    Dimension{.name = "utm_campaign", .column = "utm_campaign"},
    Dimension{.name = "utm_term", .column = "utm_term"},
    Dimension{.name = "utm_content", .column = "utm_content"},
    Dimension{.name = "browser", .column = "browser"},
    Dimension{.name = "system", .column = "os"},
    Dimension{.name = "device", .column = "device_type"},
    Dimension{.name = "viewport", .kind = Kind::kViewport},
    Dimension{.name = "viewport_width", .column = "viewport_width", .kind = Kind::kNumber},
    Dimension{.name = "viewport_height", .column = "viewport_height", .kind = Kind::kNumber},
    Dimension{.name = "country", .column = "country_code"},
    Dimension{.name = "region", .column = "region_name"},
    Dimension{.name = "region_code", .column = "region_code"},
    Dimension{.name = "city", .column = "city_name"},
    Dimension{.name = "has_gclid", .column = "has_gclid", .kind = Kind::kFlag},
    Dimension{.name = "has_gad_source", .column = "has_gad_source_paid_search", .kind = Kind::kFlag},
    Dimension{.name = "has_fbclid", .column = "has_fbclid", .kind = Kind::kFlag},
    Dimension{.name = "logged_in", .column = "mat_metadata_loggedIn", .kind = Kind::kFlag},
    Dimension{.name = "backend", .column = "mat_metadata_backend"},
};

}  // namespace

std::string Dimension::text() const {
  switch (kind) {
    case Kind::kText:
      return of_views || column.ends_with("_pathname") ? std::string(column) : fmt::format("toString({})", column);
    case Kind::kNumber: return fmt::format("toString({})", column);
    case Kind::kFlag: return fmt::format("if({}, 'true', 'false')", column);
    case Kind::kViewport: return "concat(toString(viewport_width), 'x', toString(viewport_height))";
    case Kind::kChannel: return sql::channel();
    case Kind::kEntryHost: return "toString(host)";
  }
  return "";
}

std::vector<std::string_view> Dimension::columns() const {
  switch (kind) {
    case Kind::kViewport: return {"viewport_width", "viewport_height"};
    case Kind::kChannel: return {sql::kChannelColumns.begin(), sql::kChannelColumns.end()};
    case Kind::kEntryHost: return {"host"};
    default: return {column};
  }
}

std::span<const Dimension> all_dimensions() { return kAll; }

Result<const Dimension*> find_dimension(std::string_view text, std::string_view origin) {
  std::vector<std::string_view> names;
  for (const Dimension& dimension : kAll) {
    if (dimension.name == text || (!dimension.column.empty() && dimension.column == text)) return &dimension;
    names.push_back(dimension.name);
    if (!dimension.column.empty()) names.push_back(dimension.column);
  }
  const auto meant = nearest(text, names);
  std::string all;
  for (const Dimension& dimension : kAll) all += fmt::format("{}{}", all.empty() ? "" : ", ", dimension.name);
  return fail(Fault::kInvalidInput,
              fmt::format("there is no dimension '{}' (from {}){}", text.substr(0, 80), origin,
                          meant ? fmt::format("; did you mean {}?", *meant) : fmt::format("; there are {}", all)));
}

}  // namespace gapless
