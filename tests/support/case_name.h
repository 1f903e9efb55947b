#pragma once

#include <string>

namespace gapless {

/// Names the cases of a table by their `name`, for INSTANTIATE_TEST_SUITE_P.
inline constexpr auto kCaseName = [](const auto& info) { return std::string(info.param.name); };

}  // namespace gapless
