#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// Errors: kInvalidInput unless the id is 1 to 128 letters, digits, '-' or '_', since it travels in settings and SQL.
Status check_statement_id(std::string_view id);

/// The id itself, checked; where it is empty, one that no other statement of any process has.
Result<std::string> statement_id_or_new(std::string_view id);

}  // namespace gapless
