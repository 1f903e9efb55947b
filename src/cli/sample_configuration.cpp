#include "cli/sample_configuration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/wording.h"

namespace gapless {
namespace {

constexpr std::size_t kLineWidth = 96;

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string list_of(std::string_view text, bool with_quotes) {
  std::string items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    items += (items.empty() ? "" : ", ") + (with_quotes ? quoted(item) : std::string(item));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return "[" + items + "]";
}

std::string comment(const SettingInfo& setting) {
  std::string text = fmt::format("{}.", setting.help);
  if (!setting.environment.empty()) text += fmt::format(" [{}]", fmt::join(setting.environment, ", "));
  // Every line of it is a comment.
  std::string lines = "# " + wrapped(text, kLineWidth, 0);
  for (std::size_t at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 1))
    lines.insert(at + 1, "# ");
  return lines + "\n";
}

}  // namespace

std::string toml_value(SettingInfo::Kind kind, std::string_view text) {
  switch (kind) {
    case SettingInfo::Kind::kNumber:
    case SettingInfo::Kind::kBoolean: return std::string(text);
    case SettingInfo::Kind::kNumbers: return list_of(text, false);
    case SettingInfo::Kind::kTexts: return list_of(text, true);
    case SettingInfo::Kind::kTable: return "{}";
    case SettingInfo::Kind::kText: return quoted(text);
  }
  return quoted(text);
}

std::string sample_configuration(std::span<const SettingInfo> settings, const WantedSettings& wanted) {
  std::string text =
      "# gapless.toml: every setting with its default. Take the '#' away before a line to change it; the variables in\n"
      "# brackets win over this file, options of the command line over both. Spans of time are written 30m, 2200s or\n"
      "# 1h30m, sizes 4GiB. `gapless doctor` shows what is in force and where it comes from.\n";
  std::string section;
  for (const SettingInfo& setting : settings) {
    const std::size_t dot = setting.key.find('.');
    const std::string of_key(setting.key.substr(0, dot));
    if (of_key != section)
      text += fmt::format("\n[{}]\n", of_key);
    else
      text += "\n";
    section = of_key;
    text += comment(setting);
    const bool has_value = !setting.default_text.empty() || setting.kind != SettingInfo::Kind::kNumber;
    if (const auto value = wanted.find(setting.key); value != wanted.end()) {
      text += fmt::format("{} = {}\n", setting.key.substr(dot + 1), toml_value(setting.kind, value->second));
      continue;
    }
    text += fmt::format("#{} = {}\n", setting.key.substr(dot + 1),
                        has_value ? toml_value(setting.kind, setting.default_text) : "");
  }
  return text;
}

}  // namespace gapless
