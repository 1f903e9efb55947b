#pragma once

#include <vector>

#include "app/setting_table.h"

namespace gapless {

/// The settings of gapless serve: schedule, API, alerts.
std::vector<Setting> daemon_settings();

}  // namespace gapless
