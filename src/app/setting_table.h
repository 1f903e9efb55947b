#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/settings.h"
#include "core/error.h"

namespace gapless {

/// A value that was given for a setting.
struct GivenValue {
  std::string key;
  std::string text;
  std::string origin;  ///< "gapless.toml:12", "GAPLESS_DATA", "--data"
};

struct Setting {
  SettingInfo info;
  /// Errors: kInvalidInput, saying what the value must be, what it is, and where it was given.
  Status (*apply)(const GivenValue& value, Settings& settings);
  /// The value as it may be shown; none: as it is.
  std::string (*shown)(std::string_view text) = nullptr;
};

/// Every setting of this release: what file, environment, `init`, `doctor` and help texts know of them comes from here.
std::span<const Setting> setting_table();
/// The same without what applies them.
std::span<const SettingInfo> setting_infos();
/// The setting that a key is of: the key itself, or for one that is a table, one of its entries. None for other keys.
const Setting* find_setting(std::string_view key);

}  // namespace gapless
