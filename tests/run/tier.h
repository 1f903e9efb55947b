#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "run/run_world.h"

namespace gapless {

/// The story that the fault tier tells again and again: teams 1 to 4 were published; then came late events, a deletion
/// that empties a whole day, and a new team. Team 4 is not asked for and team 9's rows are nobody's: both stay as they are.
struct Tier {
  FakeWarehouseState before;       ///< published, then changed at the source
  Partitions was;                  ///< the targets then
  Partitions will_be;              ///< the targets once a backfill went well
  std::uint64_t fences = 0;        ///< used so far
  std::vector<std::string> calls;  ///< that such a backfill makes
};

/// Made once.
const Tier& tier();
/// What is asked for in it: the days 1 to 4 of teams 1, 2, 3 and 5.
Ask tier_ask(const RunWorld& world);
inline const Teams kTierTeams = {team(1), team(2), team(3), team(5)};
inline const Teams kTierOthers = {team(4), team(9)};

/// A world at the tier's beginning.
struct TierWorld : RunWorld {
  TierWorld();
};

/// Recovers as a new process and holds the outcome to what must be true then: no trace of the old process, every
/// partition wholly old or new, ledger and targets in agreement. Then a backfill, after which everything is as it should be.
void expect_good_after_recovery(TierWorld& world);

/// Which of so many calls fail, one in each case: all. In a sanitizer's build, which is ten times slower, one in
/// kFaultEvery, others for each way of that name.
std::vector<std::size_t> calls_to_fail(std::size_t calls, std::string_view way = {});
inline constexpr std::size_t kFaultEvery = GAPLESS_FAULT_EVERY;

/// Adds to the number of cases that the program prints at its end.
void count_cases(std::size_t more);

/// How many failures the running test has so far.
int failures_so_far();

}  // namespace gapless
