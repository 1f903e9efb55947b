#pragma once

#include <vector>

#include "app/setting_table.h"

namespace gapless {

/// The settings of the section [state].
std::vector<Setting> state_settings();

}  // namespace gapless
