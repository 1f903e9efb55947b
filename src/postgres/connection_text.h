// postgres/: what the adapters to PostgreSQL have in common: how a connection is described, and the server's words.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// What libpq connects with.
struct PostgresTarget {
  std::string given;                    ///< a URL or `key=value` pairs, as libpq reads them
  std::optional<std::string> password;  ///< in the place of one in `given`
  std::string_view setting;             ///< that `given` is of, for messages
};

/// libpq's text of it, with these options where `given` does not have them. Errors: kBadQuery where libpq does not read
/// `given`, without showing it: it may hold a password.
Result<std::string> connection_text(const PostgresTarget& target, std::map<std::string, std::string> defaults);

/// Where it leads, for messages: "db:5432/gapless", without user and password.
std::string shown_place(const PostgresTarget& target);

}  // namespace gapless
