#include "app/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "app/configuration_file.h"

namespace gapless {
namespace {

constexpr std::string_view kDefaultFile = "gapless.toml";
constexpr std::string_view kConfigVariable = "GAPLESS_CONFIG";
constexpr std::string_view kNowVariable = "GAPLESS_NOW";

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

/// The file's content; none where there is no file. Errors: kInvalidInput where it cannot be read.
Result<std::optional<std::string>> read_file(const std::string& path, const Workplace& workplace) {
  std::ifstream file(workplace.resolve(path), std::ios::binary);
  if (!file && errno == ENOENT) return std::nullopt;
  std::string content;
  if (file) content.assign(std::istreambuf_iterator<char>(file), {});
  if (!file)
    return fail(Fault::kInvalidInput, fmt::format("the configuration file {} cannot be read: {}", path,
                                                  std::generic_category().message(errno)));
  return content;
}

/// A variable's value; one that stands for a table becomes a value for each of its entries.
Result<std::vector<GivenValue>> split(const SettingInfo& setting, const std::string& text, const std::string& origin) {
  if (setting.kind != SettingInfo::Kind::kTable)
    return std::vector<GivenValue>{{std::string(setting.key), text, origin}};
  std::vector<GivenValue> values;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view entry = rest.substr(0, comma);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos)
      return fail(Fault::kInvalidInput,
                  fmt::format("{} must be name=value,name=value, not '{}' (from {})", setting.key, text, origin));
    values.push_back(
        {fmt::format("{}.{}", setting.key, entry.substr(0, equals)), std::string(entry.substr(equals + 1)), origin});
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return values;
}

Result<std::vector<GivenValue>> values_of_environment(const Environment& environment) {
  std::vector<GivenValue> values;
  if (variable(environment, "NO_COLOR")) values.push_back({"output.color", "never", "NO_COLOR"});
  for (const SettingInfo& setting : setting_infos())
    for (const std::string_view name : setting.environment) {
      const auto text = variable(environment, name);
      if (!text) continue;
      GAPLESS_ASSIGN(auto of_variable, split(setting, *text, std::string(name)));
      values.insert(values.end(), of_variable.begin(), of_variable.end());
      break;  // older names count only where the newer one is not set
    }
  return values;
}

std::vector<GivenValue> values_of_options(const Given& options) {
  std::vector<GivenValue> values;
  for (const OptionSpec& option : common_options()) {
    const auto text = options.value(option.name);
    if (!text || option.setting.empty()) continue;
    values.push_back({std::string(option.setting), option.value.empty() ? std::string(option.setting_value) : *text,
                      std::string(option.name)});
  }
  return values;
}

/// Applies values on top of each other and remembers where the last one came from.
class Builder {
 public:
  Builder() {
    for (const SettingInfo& setting : setting_infos()) {
      const GivenValue standard{std::string(setting.key), std::string(setting.default_text), "default"};
      configuration_.values.push_back({setting.key, standard.text, standard.origin});
      if (!setting.default_text.empty())
        defaults_are_good_ = defaults_are_good_ && find_setting(setting.key)->apply(standard, configuration_.settings);
    }
  }

  Status apply(const std::vector<GivenValue>& values) {
    if (!defaults_are_good_) return fail(Fault::kInternal, "a setting's default cannot be read");
    for (const GivenValue& value : values) {
      const Setting* setting = find_setting(value.key);
      GAPLESS_TRY(setting->apply(value, configuration_.settings));
      note(*setting, value);
    }
    return {};
  }

  /// Applies what can be read, and leaves the rest as it is.
  void apply_readable(const std::vector<GivenValue>& values) {
    for (const GivenValue& value : values) {
      const Setting* setting = find_setting(value.key);
      if (setting->apply(value, configuration_.settings)) note(*setting, value);
    }
  }

  Configuration& configuration() { return configuration_; }

 private:
  void note(const Setting& setting, const GivenValue& value) {
    const auto known = std::ranges::find(configuration_.values, setting.info.key, &SettingValue::key);
    const std::string shown = setting.shown != nullptr ? setting.shown(value.text) : value.text;
    if (setting.info.kind != SettingInfo::Kind::kTable) {
      known->text = shown;
    } else {
      auto& entries = tables_[std::string(setting.info.key)];
      entries[value.key.substr(setting.info.key.size() + 1)] = shown;
      known->text.clear();
      for (const auto& [name, text] : entries)
        known->text += fmt::format("{}{}={}", known->text.empty() ? "" : ",", name, text);
    }
    known->origin = value.origin;
  }

  Configuration configuration_;
  std::map<std::string, std::map<std::string, std::string>> tables_;  ///< by key: the entries as they may be shown
  bool defaults_are_good_ = true;
};

/// Either one server or several.
Status check_servers(const Configuration& configuration) {
  if (configuration.settings.engine_url.empty() || configuration.settings.engine_shards.empty()) return {};
  const auto origin = [&](std::string_view key) {
    return std::ranges::find(configuration.values, key, &SettingValue::key)->origin;
  };
  return fail(Fault::kInvalidInput,
              fmt::format("engine.url (from {}) and engine.shards (from {}) are both set: one names a server, the other"
                          " several; leave one of them out",
                          origin("engine.url"), origin("engine.shards")));
}

}  // namespace

std::string configuration_path(const Given& options, const Environment& environment) {
  if (const auto path = options.value("--config")) return *path;
  return variable(environment, kConfigVariable).value_or(std::string(kDefaultFile));
}

Result<Configuration> load_configuration(const Given& options, const Environment& environment,
                                         const Workplace& workplace) {
  const std::string path = configuration_path(options, environment);
  const bool was_named = options.has("--config") || variable(environment, kConfigVariable);
  GAPLESS_ASSIGN(const auto content, read_file(path, workplace));
  if (!content && was_named)
    return fail(Fault::kInvalidInput, fmt::format("there is no configuration file {} (from {})", path,
                                                  options.has("--config") ? "--config" : kConfigVariable));

  Builder builder;
  if (content) {
    GAPLESS_ASSIGN(const auto of_file, parse_configuration(*content, path));
    GAPLESS_TRY(builder.apply(of_file));
  }
  GAPLESS_ASSIGN(const auto of_environment, values_of_environment(environment));
  GAPLESS_TRY(builder.apply(of_environment));
  GAPLESS_TRY(builder.apply(values_of_options(options)));
  Configuration configuration = std::move(builder.configuration());
  GAPLESS_TRY(check_servers(configuration));
  configuration.path = path;
  configuration.has_file = content.has_value();
  if (const auto now = variable(environment, kNowVariable)) {
    GAPLESS_ASSIGN(configuration.fixed_now, parse_instant(*now, kNowVariable));
  }
  return configuration;
}

Configuration fallback_configuration(const Given& options, const Environment& environment) {
  Builder builder;
  builder.apply_readable(values_of_options(options));
  Configuration configuration = std::move(builder.configuration());
  configuration.path = configuration_path(options, environment);
  return configuration;
}

std::vector<std::string> unknown_variables(const Environment& environment) {
  std::vector<std::string> unknown;
  for (const auto& variable : environment) {
    const std::string& name = variable.first;
    const bool looks_like_ours = name.starts_with("GAPLESS_") || name.starts_with("WEB_ANALYTICS_") ||
                                 name.starts_with("WEB_PREAGGREGATED_") || name.starts_with("WEB_PRE_AGGREGATED_");
    if (!looks_like_ours || name == kConfigVariable || name == kNowVariable) continue;
    const bool known = std::ranges::any_of(setting_infos(), [&](const SettingInfo& setting) {
      return std::ranges::find(setting.environment, std::string_view(name)) != setting.environment.end();
    });
    if (!known) unknown.push_back(name);
  }
  return unknown;
}

}  // namespace gapless
