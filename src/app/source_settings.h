#pragma once

#include <vector>

#include "app/setting_table.h"
#include "warehouse/source_mapping.h"

namespace gapless {

/// The settings of where events come from.
std::vector<Setting> source_settings();

/// What they say, with what the preset decides where nothing was given.
SourceSpec source_spec(const Settings& settings);

}  // namespace gapless
