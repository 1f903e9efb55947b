#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gapless::api {

enum class PlusSign { kIsPlus, kIsSpace };

/// None for a percent sign without two hexadecimal digits, and where a control character would come out.
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

/// All but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace gapless::api
