#pragma once

#include <map>
#include <span>
#include <string>

#include "cli/settings.h"

namespace gapless {

/// What some settings are to be, by key.
using WantedSettings = std::map<std::string_view, std::string_view>;

/// A gapless.toml with every setting at its default, commented out, and what it means: changes nothing until it is
/// edited. But for those that are `wanted`, which are set.
std::string sample_configuration(std::span<const SettingInfo> settings, const WantedSettings& wanted = {});

/// A value as gapless.toml writes it: quoted, plain or as a list, as the setting's kind is.
std::string toml_value(SettingInfo::Kind kind, std::string_view text);

}  // namespace gapless
