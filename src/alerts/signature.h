#pragma once

#include <string>
#include <string_view>

#include "core/day.h"

namespace gapless {

inline constexpr std::string_view kSignatureHeader = "X-Gapless-Signature";

/// The value of the header: "t=<unix seconds>,v1=<HMAC-SHA256, keyed with the secret, of "<t>.<body>", in hexadecimal>".
/// Who receives it computes the same over the bytes as they came, compares in constant time, and refuses a `t` that is
/// more than five minutes off: what somebody recorded cannot be played back later. Within them the alert's `id` tells.
/// Every attempt is signed anew, so that a retry is not taken for a playback.
std::string signature(std::string_view secret, std::string_view body, Instant at);

}  // namespace gapless
