#pragma once

#include <span>
#include <string>

#include "cli/settings.h"

namespace gapless {

/// A gapless.toml with every setting at its default, commented out, and what it means: changes nothing until it is
/// edited.
std::string sample_configuration(std::span<const SettingInfo> settings);

/// A value as gapless.toml writes it: quoted, plain or as a list, as the setting's kind is.
std::string toml_value(SettingInfo::Kind kind, std::string_view text);

}  // namespace gapless
