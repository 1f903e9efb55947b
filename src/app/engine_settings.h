#pragma once

#include <vector>

#include "app/setting_table.h"

namespace gapless {

/// The settings of the engine: the embedded one, or a ClickHouse server.
std::vector<Setting> engine_settings();

}  // namespace gapless
