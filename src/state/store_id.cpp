#include "state/store_id.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>

namespace gapless {

std::string make_store_id() {
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> any;
  return fmt::format("{:016x}", any(random));
}

}  // namespace gapless
