#pragma once

#include <filesystem>

#include "figures.h"
#include "world.h"

namespace gapless::bench {

/// Loads a large access log and a large event file made of the samples in `samples`: read into rows that go nowhere, loaded
/// as `gapless load` does, and by the engine's own reader of such lines.
void measure_loading(Workbench& bench, const std::filesystem::path& samples, std::size_t runs, Figures& figures);
void print_loading(const Figures& figures);

}  // namespace gapless::bench
