#include "engine/http/query_id.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <random>

namespace gapless {

std::string new_query_id(std::string_view statement_id) {
  static const std::uint32_t process = std::random_device()();
  static std::atomic<std::uint64_t> queries{0};
  return fmt::format("{}-{:08x}-{}", statement_id, process, ++queries);
}

}  // namespace gapless
