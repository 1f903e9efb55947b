#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gapless::http {

enum class PlusSign { kIsPlus, kIsSpace };

/// None for a percent sign without two hexadecimal digits, and where a control character would come out.
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);
/// The same for texts of several lines, and for any other bytes.
std::optional<std::string> percent_decoded_bytes(std::string_view text, PlusSign plus);

/// All but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace gapless::http
