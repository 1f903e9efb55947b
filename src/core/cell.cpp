#include "core/cell.h"

#include <fmt/format.h>

namespace gapless {

std::string Partition::to_string() const {
  if (shard == 0 && bucket == 0) return day.to_string();
  return fmt::format("{}/{}/{}", day.to_string(), shard, bucket);
}

}  // namespace gapless
