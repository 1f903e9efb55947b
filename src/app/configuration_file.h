#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/setting_table.h"

namespace gapless {

/// The values of a TOML document, in its order; `name` is for their origins and for messages. Errors: kInvalidInput with
/// file and line: what is not TOML, a key that no setting has (with the nearest one), a value of a kind that no setting
/// takes.
Result<std::vector<GivenValue>> parse_configuration(std::string_view document, const std::string& name);

}  // namespace gapless
