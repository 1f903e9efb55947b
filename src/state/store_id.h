#pragma once

#include <string>

namespace gapless {

/// A new state store's id: 16 hexadecimal digits from the machine's random device.
std::string make_store_id();

}  // namespace gapless
