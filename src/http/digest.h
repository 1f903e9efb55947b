#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gapless::http {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256_of(std::string_view text);
/// None for anything but 64 hexadecimal digits of either case.
std::optional<Digest> parse_digest(std::string_view text);
/// In a time that does not depend on where they differ.
bool equal_in_constant_time(const Digest& a, const Digest& b);

}  // namespace gapless::http
