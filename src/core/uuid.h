#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// 16 bytes that identify an event or a person. Ordered as its lower-case text is, which is how the rules of sessions
/// order events. (ClickHouse compares the second half first.)
class Uuid {
 public:
  /// The nil UUID, which stands for "none".
  constexpr Uuid() = default;
  constexpr Uuid(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

  /// Accepts 8-4-4-4-12 hexadecimal digits of either case, and nothing else. Errors: kInvalidInput, naming the text.
  static Result<Uuid> parse(std::string_view text, std::string_view origin);
  /// The bytes as they are, in the order of the text; no version bits are set.
  static Uuid from_bytes(std::span<const std::uint8_t, 16> bytes);

  /// 36 characters, lower case.
  std::string to_string() const;
  bool is_nil() const { return high_ == 0 && low_ == 0; }
  std::uint64_t high() const { return high_; }  ///< the first 8 bytes, as a big-endian number
  std::uint64_t low() const { return low_; }    ///< the last 8 bytes, as a big-endian number

  auto operator<=>(const Uuid&) const = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace gapless
