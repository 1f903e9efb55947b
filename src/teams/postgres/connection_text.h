#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// What libpq connects with: `given`, a URL or `key=value` pairs, with the password where one comes from elsewhere, and
/// a bound on the time that connecting takes unless it has one. Errors: kBadQuery where libpq does not read it, without
/// showing it: it may hold a password.
Result<std::string> connection_text(const std::string& given, const std::optional<std::string>& password,
                                    int connect_timeout_seconds);

}  // namespace gapless
