#pragma once

#include "figures.h"
#include "world.h"

namespace gapless::bench {

// The usual way and gapless fill the same days from the same events.

/// Throws where a group of theirs is not one of ours, with the same figures, or the other way round.
void check_same_groups(Workbench& bench);
/// A day, and one cell of a large and of a small team, `runs` times in turn.
void measure_days(Workbench& bench, std::size_t runs, Figures& figures);
/// All days of the workload.
void measure_month(Workbench& bench, std::size_t runs, Figures& figures);
/// Prints what each statement of one day costs, of ours and of theirs.
void profile_day(Workbench& bench, std::size_t runs);

void print_building(const Figures& figures);

}  // namespace gapless::bench
