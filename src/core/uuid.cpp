#include "core/uuid.h"

#include <fmt/format.h>

#include <array>

namespace gapless {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool is_dash_position(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

/// The value of each hexadecimal digit, 16 for all other bytes.
constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(16);
  for (std::uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = static_cast<std::uint8_t>(10 + i);
  return digits;
}();

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text, std::string_view origin) {
  std::array<std::uint64_t, 2> halves{};
  bool good = text.size() == kTextLength;
  for (std::size_t i = 0, digits = 0; good && i < kTextLength; ++i) {
    if (is_dash_position(i)) {
      good = text[i] == '-';
      continue;
    }
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(text[i])];
    good = digit < 16;
    std::uint64_t& half = halves[digits++ / 16];
    half = half << 4 | digit;
  }
  if (!good) {
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a UUID like 0f4b5c1a-2d3e-4f50-8192-a3b4c5d6e7f8 (from {})", text, origin));
  }
  return Uuid(halves[0], halves[1]);
}

Uuid Uuid::from_bytes(std::span<const std::uint8_t, 16> bytes) {
  std::array<std::uint64_t, 2> halves{};
  for (std::size_t i = 0; i < 16; ++i) halves[i / 8] = halves[i / 8] << 8 | bytes[i];
  return {halves[0], halves[1]};
}

std::string Uuid::to_string() const {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high_ >> 32, high_ >> 16 & 0xffff, high_ & 0xffff,
                     low_ >> 48, low_ & 0xffff'ffff'ffff);
}

}  // namespace gapless
