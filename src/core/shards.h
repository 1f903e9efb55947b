#pragma once

#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "core/team_id.h"

namespace gapless {

/// Over how many servers the teams are spread, and which server a team is on. One shard is a single server, or the embedded
/// engine.
class Shards {
 public:
  /// Each is a server of its own, asked by threads of its own.
  static constexpr std::uint32_t kMost = 64;

  constexpr Shards() = default;
  /// Errors: kInvalidInput outside 1..kMost, naming `origin`.
  static Result<Shards> of(std::uint64_t count, std::string_view origin);

  std::uint32_t count() const { return count_; }
  /// ClickHouse's jumpConsistentHash(toUInt64(team_id), count): of N teams about N / (count + 1) move where a shard is added,
  /// all of them to the new one.
  std::uint32_t shard_of(TeamId team) const;

  bool operator==(const Shards&) const = default;

 private:
  constexpr explicit Shards(std::uint32_t count) : count_(count) {}
  std::uint32_t count_ = 1;
};

}  // namespace gapless
