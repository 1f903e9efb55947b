#include "core/cell.h"

#include <fmt/format.h>

namespace gapless {

Partition Partition::all() {
  constexpr std::uint32_t kNoShard = 0xffff'ffff;
  return {kNoShard, Day::first(), 0};
}

std::string Partition::to_string() const {
  if (is_all()) return "all days";
  if (shard == 0 && bucket == 0) return day.to_string();
  return fmt::format("{}/{}/{}", day.to_string(), shard, bucket);
}

}  // namespace gapless
