#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "run/executor.h"
#include "warehouse/target_rebuild.h"

namespace gapless {

/// What a rebuild works with. All references outlive it.
struct RebuildContext {
  Warehouse& warehouse;
  TargetRebuild& tables;
  StateStore& store;
  const Clock& clock;
  const ExecutorOptions& options;
  std::string run_id;
  std::function<void(Target target, Day day, std::size_t done, std::size_t total)> on_day = {};
};

struct Rebuilt {
  Targets targets;  ///< that had other buckets
  std::uint64_t days = 0;
  std::uint64_t cells = 0;  ///< copied, of all targets
};

/// Gives the targets that are kept these buckets, figures unchanged (ARCHITECTURE: team buckets): makes a copy of each that
/// has others, holds it against the live table, and exchanges the two. Waits until nobody is at work on a partition, and
/// keeps everybody out meanwhile. Killed at any moment, each target is wholly of the one kind or the other, and nothing is
/// lost: the next start drops what was left, and another rebuild does what is left to do.
/// Errors: why not; then at least one target is as it was.
Result<Rebuilt> rebuild_targets(const RebuildContext& context, TeamBuckets buckets);

}  // namespace gapless
