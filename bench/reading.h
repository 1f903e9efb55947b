#pragma once

#include "figures.h"
#include "world.h"

namespace gapless::bench {

/// Reports of the largest team over the month, from the rollup and from raw events; each with the look at what is fresh.
void measure_reading(Workbench& bench, std::size_t runs, Figures& figures);
void print_reading(const Figures& figures);

}  // namespace gapless::bench
