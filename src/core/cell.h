#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "core/day.h"
#include "core/team_id.h"

namespace gapless {

/// One (team, day) of a rollup, on one shard (core/shards.h). After teams have moved it may be on several.
struct Cell {
  TeamId team;
  Day day;
  std::uint32_t shard = 0;
  auto operator<=>(const Cell&) const = default;
};

/// The unit of work: what is staged, leased, gated, published and journalled. The shard is that of core/shards.h, the bucket
/// that of core/team_buckets.h.
struct Partition {
  std::uint32_t shard = 0;
  Day day;
  std::uint32_t bucket = 0;

  /// Stands for all of them at once: what is leased, journalled and staged by whoever makes the tables anew.
  static Partition all();
  bool is_all() const { return *this == all(); }

  /// "2026-03-01" for shard 0 and bucket 0, else "2026-03-01/shard/bucket"; "all days" for all().
  std::string to_string() const;
  auto operator<=>(const Partition&) const = default;
};

/// Count of events and the sum modulo 2^64 of a 64-bit hash of each (SEMANTICS: the state of a cell).
struct Fingerprint {
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  bool operator==(const Fingerprint&) const = default;
  Fingerprint& operator+=(const Fingerprint& other) {
    events += other.events;
    hash += other.hash;
    return *this;
  }
};

/// The exact measures of a cell; uniq states are not part of it, since they cannot be added.
struct Measures {
  std::uint64_t view_events = 0;
  std::uint64_t sessions = 0;
  std::uint64_t bounces = 0;
  std::int64_t duration_seconds = 0;
  bool operator==(const Measures&) const = default;
};

/// What one cell holds in one target: distinct full keys, the sum modulo 2^64 of a hash over them, and the measures
/// that this target has (others 0).
struct TargetContent {
  std::uint64_t rows = 0;  ///< as they stand: more than `keys` where a key occurs more than once
  std::uint64_t keys = 0;
  std::uint64_t key_hash = 0;
  Measures measures;
  bool operator==(const TargetContent&) const = default;
};

}  // namespace gapless
