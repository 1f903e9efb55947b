#pragma once

#include <vector>

#include "app/setting_table.h"

namespace gapless {

/// The settings of the read endpoint for ClickHouse clients.
std::vector<Setting> gateway_settings();

}  // namespace gapless
