#include "app/configuration_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "util/nearest.h"

namespace gapless {
namespace {

std::string at(const std::string& name, const toml::source_region& region) {
  return fmt::format("{}:{}", name, region.begin.line);
}

/// A scalar as settings read it; none for dates and times.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

/// A list as settings read it: its elements behind commas.
std::optional<std::string> text_of_list(const toml::array& array) {
  std::string text;
  for (const toml::node& element : array) {
    const auto one = text_of(element);
    if (!one || one->find(',') != std::string::npos) return std::nullopt;
    text += (text.empty() ? "" : ",") + *one;
  }
  return text;
}

tl::unexpected<Error> unknown(const std::string& key, const std::string& where) {
  std::vector<std::string_view> keys;
  for (const SettingInfo& setting : setting_infos()) keys.push_back(setting.key);
  const auto meant = nearest(key, keys);
  return fail(Fault::kInvalidInput, fmt::format("{}: unknown key '{}'{}", where, key,
                                                meant ? fmt::format("; did you mean {}?", *meant)
                                                      : "; gapless init writes a file with every key"));
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  Status read(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string full = prefix + std::string(key.str());
      const toml::table* below = node.as_table();
      const bool is_section = below != nullptr && (find_setting(full) == nullptr ||
                                                   find_setting(full)->info.kind == SettingInfo::Kind::kTable);
      if (is_section && has_settings_below(full))
        GAPLESS_TRY(read(*below, full + "."));
      else
        GAPLESS_TRY(take(full, node, key.source()));
    }
    return {};
  }

  std::vector<GivenValue> values() && { return std::move(values_); }

 private:
  static bool has_settings_below(const std::string& section) {
    for (const SettingInfo& setting : setting_infos())
      if (setting.key.starts_with(section + ".") ||
          (setting.key == section && setting.kind == SettingInfo::Kind::kTable))
        return true;
    return false;
  }

  Status take(const std::string& key, const toml::node& node, const toml::source_region& place) {
    const std::string where = at(name_, place);
    const Setting* setting = find_setting(key);
    if (setting == nullptr || (setting->info.kind == SettingInfo::Kind::kTable && setting->info.key == key))
      return unknown(key, where);
    const bool takes_list =
        setting->info.kind == SettingInfo::Kind::kNumbers || setting->info.kind == SettingInfo::Kind::kTexts;
    const toml::array* list = node.as_array();
    const auto text = list != nullptr && takes_list ? text_of_list(*list) : text_of(node);
    if (!text)
      return fail(Fault::kInvalidInput,
                  fmt::format("{}: {} cannot be {}", where, key, list != nullptr ? "a list" : "a table, date or time"));
    // An empty list is how a file says "none"; there is nothing to apply.
    if (takes_list && text->empty()) return {};
    values_.push_back({key, *text, where});
    return {};
  }

  const std::string& name_;
  std::vector<GivenValue> values_;
};

}  // namespace

Result<std::vector<GivenValue>> parse_configuration(std::string_view document, const std::string& name) {
  try {
    const toml::table table = toml::parse(document, name);
    Reader reader(name);
    GAPLESS_TRY(reader.read(table, ""));
    return std::move(reader).values();
  } catch (const toml::parse_error& error) {
    return fail(Fault::kInvalidInput, fmt::format("{}: {}", at(name, error.source()), error.description()));
  }
}

}  // namespace gapless
