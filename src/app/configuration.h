#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/setting_table.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "core/day.h"

namespace gapless {

using Environment = std::map<std::string, std::string, std::less<>>;

/// All that a run of the program was told, and where each part came from.
struct Configuration {
  Settings settings;
  std::vector<SettingValue> values;  ///< one a setting, in the table's order
  std::string path;                  ///< where the file was looked for
  bool has_file = false;
  std::optional<Instant> fixed_now;  ///< GAPLESS_NOW
};

/// Defaults, then the file, then the environment, then options. The file is --config, else GAPLESS_CONFIG, which must be
/// there; else gapless.toml, which need not; relative paths begin at the workplace. Empty variables count as not set. Errors: kInvalidInput, naming the place.
Result<Configuration> load_configuration(const Given& options, const Environment& environment,
                                         const Workplace& workplace);

/// The path that load_configuration reads.
std::string configuration_path(const Given& options, const Environment& environment);
/// Defaults and options alone, for commands that run whatever the configuration is. Bad options are left out.
Configuration fallback_configuration(const Given& options, const Environment& environment);

/// Variables that look like ours, or like the original's, and mean nothing here; sorted.
std::vector<std::string> unknown_variables(const Environment& environment);

}  // namespace gapless
