#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "load/event.h"

namespace gapless {

/// Why a good line makes no event. The first four are of access logs, the last of event files.
enum class SkipReason : std::uint8_t { kMethod, kStatus, kAsset, kBot, kBlank };
inline constexpr std::array<SkipReason, 5> kSkipReasons{SkipReason::kMethod, SkipReason::kStatus, SkipReason::kAsset,
                                                        SkipReason::kBot, SkipReason::kBlank};
/// "method", "status", "asset", "bot", "blank": as reports name it.
const char* name(SkipReason reason);

struct Accepted {};
struct Skipped {
  SkipReason reason;
};
struct Rejected {
  std::string reason;  ///< names the part that is wrong, and shows it, shortened
};
using LineOutcome = std::variant<Accepted, Skipped, Rejected>;

/// Turns the lines of one file into events, in their order. One object for each file. Not thread-safe.
class EventParser {
 public:
  virtual ~EventParser() = default;
  /// Fills `event` where the line is accepted; else what `event` holds afterwards is unspecified. `line` is without its
  /// "\n", may be any bytes, and need only live during the call.
  virtual LineOutcome parse(std::string_view line, Event& event) = 0;
};

}  // namespace gapless
