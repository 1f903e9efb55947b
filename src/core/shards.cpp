#include "core/shards.h"

#include <fmt/format.h>

namespace gapless {

Result<Shards> Shards::of(std::uint64_t count, std::string_view origin) {
  if (count < 1 || count > kMost)
    return fail(Fault::kInvalidInput,
                fmt::format("a number of shards is from 1 to {}, not {} (from {})", kMost, count, origin));
  return Shards(static_cast<std::uint32_t>(count));
}

std::uint32_t Shards::shard_of(TeamId team) const {
  if (count_ == 1) return 0;
  // Lamping and Veach, "A fast, minimal memory, consistent hash algorithm" (2014).
  constexpr std::uint64_t kMultiplier = 2862933555777941757ULL;
  constexpr double kRange = static_cast<double>(1LL << 31);
  std::uint64_t key = team.value();
  std::int64_t shard = -1, next = 0;
  while (next < count_) {
    shard = next;
    key = key * kMultiplier + 1;
    next = static_cast<std::int64_t>(static_cast<double>(shard + 1) * (kRange / static_cast<double>((key >> 33) + 1)));
  }
  return static_cast<std::uint32_t>(shard);
}

}  // namespace gapless
