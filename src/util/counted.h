#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gapless {

std::string grouped(std::uint64_t number);  ///< "63,524"
/// "1 cell", "1,856 cells".
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace gapless
