#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/failure.h"

namespace gapless::gateway {

/// What may not be exceeded.
struct SettingLimits {
  std::uint64_t execution_seconds = 0;
  std::uint64_t memory_bytes = 0;  ///< 0: any
  std::uint64_t result_rows = 0;
  std::uint64_t result_bytes = 0;
};

enum class SettingUse {
  kIgnored,    ///< of the transport, or of no account here
  kStatement,  ///< goes with the statement
  kRefused     ///< whatever it is
};

/// What becomes of a setting that a client of the read-only gateway sends. Failures: 452 for one that would lift a limit,
/// or has a value that is none. What is not known to be harmless is kRefused.
OrFailure<SettingUse> judge_setting(std::string_view name, std::string_view value, const SettingLimits& limits);

/// Settings that say how HTTP is spoken or what is logged: they change no result, and are nothing here.
bool is_of_transport(std::string_view name);

}  // namespace gapless::gateway
