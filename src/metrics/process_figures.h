#pragma once

#include <cstdint>
#include <optional>

namespace gapless {

/// What Linux says of this process. What it does not say is none.
struct ProcessFigures {
  std::optional<std::uint64_t> resident_bytes;
  std::optional<double> start_time_seconds;  ///< since 1970, to a hundredth
  std::optional<std::uint64_t> open_descriptors;
};

ProcessFigures process_figures();

}  // namespace gapless
