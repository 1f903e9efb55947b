#pragma once

#include "figures.h"
#include "world.h"

namespace gapless::bench {

/// What a look at the month costs: the first time, with nothing changed since, and with one partition touched.
void measure_detection(Workbench& bench, std::size_t runs, Figures& figures);
void print_detection(const Figures& figures);

}  // namespace gapless::bench
