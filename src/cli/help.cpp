#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/wording.h"

namespace gapless {
namespace {

constexpr std::size_t kWidth = 100;

struct Entry {
  std::string name;
  std::string text;
};

std::string heading(std::string_view text, const Style& style) {
  return "\n" + style.paint(Tone::kStrong, text) + "\n";
}

/// Names in a column, texts beside them; a text below its name where that is too long.
std::string entries(const std::vector<Entry>& all) {
  constexpr std::size_t kWidestName = 26;
  std::size_t column = 0;
  for (const Entry& entry : all)
    if (entry.name.size() <= kWidestName) column = std::max(column, entry.name.size());
  std::string text;
  for (const Entry& entry : all) {
    const std::string body = wrapped(entry.text, kWidth - column - 4, column + 4);
    const bool beside = entry.name.size() <= column;
    text += "  " + entry.name;
    text += beside ? std::string(column - entry.name.size() + 2, ' ') : "\n" + std::string(column + 4, ' ');
    text += body + "\n";
  }
  return text;
}

/// "[GAPLESS_DATA, engine.data; default gapless-data]": where else an option's value may come from.
std::string sources_of(const OptionSpec& option, const Manual& manual) {
  std::vector<std::string> names;
  if (!option.environment.empty()) names.emplace_back(option.environment);
  const SettingInfo* setting = manual.find(option.setting);
  std::string standard;
  if (setting != nullptr) {
    if (!setting->environment.empty()) names.emplace_back(setting->environment.front());
    names.emplace_back(setting->key);
    if (option.setting_value.empty() && !setting->default_text.empty())
      standard = fmt::format("; default {}", setting->default_text);
  }
  return names.empty() ? std::string() : fmt::format(" [{}{}]", fmt::join(names, ", "), standard);
}

Entry describe(const OptionSpec& option, const Manual& manual) {
  std::string name;
  if (option.letter != 0) name = fmt::format("-{}, ", option.letter);
  name += option.name;
  if (!option.choices.empty())
    name += fmt::format(" {}", fmt::join(option.choices, "|"));
  else if (!option.value.empty())
    name += fmt::format(" {}", option.value);
  return {std::move(name), std::string(option.help) + sources_of(option, manual)};
}

std::vector<Entry> describe_all(std::span<const OptionSpec> options, const Manual& manual) {
  std::vector<Entry> all;
  for (const OptionSpec& option : options) all.push_back(describe(option, manual));
  return all;
}

/// The options of every command, and those that are no options of a command at all.
std::string common_options_text(const Manual& manual, bool with_version) {
  std::vector<Entry> all = describe_all(common_options(), manual);
  all.push_back({"-h, --help", "explain a command"});
  if (with_version) all.push_back({"--version", "the program's version"});
  return entries(all);
}

std::string argument_text(const ArgumentSpec& argument) {
  constexpr std::size_t kMostInUsage = 6;  // more are listed below it
  std::string text(argument.name);
  if (!argument.choices.empty() && argument.choices.size() <= kMostInUsage)
    text = fmt::format("{}", fmt::join(argument.choices, "|"));
  if (argument.most > 1) text += "…";
  return argument.least == 0 ? "[" + text + "]" : text;
}

std::string usage(const CommandSpec& command) {
  std::string line = fmt::format("gapless {}", command.name);
  if (!command.options.empty()) line += " [options]";
  for (const ArgumentSpec& argument : command.arguments) line += " " + argument_text(argument);
  return line;
}

std::string examples_text(const std::vector<Example>& examples) {
  std::vector<Entry> all;
  for (const Example& example : examples) all.push_back({std::string(example.line), std::string(example.what)});
  // Command lines are wider than options: each has its line, its meaning below it.
  std::string text;
  for (const Entry& entry : all)
    text += fmt::format("  {}\n      {}\n", entry.name, wrapped(entry.text, kWidth - 6, 6));
  return text;
}

struct GroupName {
  CommandGroup group;
  std::string_view name;
};
constexpr std::array<GroupName, 3> kGroups = {GroupName{CommandGroup::kStart, "Getting started"},
                                              GroupName{CommandGroup::kFigures, "Figures"},
                                              GroupName{CommandGroup::kOperation, "Operation"}};

}  // namespace

std::string program_help(const Manual& manual, const Style& style) {
  std::string text = fmt::format("gapless {}\n\n", manual.version);
  text += wrapped(
      "Keeps pre-aggregated web-analytics tables without gaps: finds every (team, day) whose figures are missing, "
      "stale, outdated or damaged, says why, and recomputes exactly those from the raw events.",
      kWidth, 0);
  text += "\n\nusage: gapless COMMAND [options]\n";
  for (const GroupName& group : kGroups) {
    std::vector<Entry> all;
    for (const CommandSpec& command : commands())
      if (command.group == group.group) all.push_back({std::string(command.name), std::string(command.summary)});
    text += heading(group.name, style) + entries(all);
  }
  text += heading("Options of every command", style) + common_options_text(manual, true);
  text += heading("Exit codes", style);
  text +=
      "  0 done or nothing to do, 1 failed, 2 usage or configuration, 3 partial, 5 conflict,\n"
      "  130 and 143 stopped by SIGINT and SIGTERM\n";
  text += heading("Examples", style);
  text += examples_text({
      {"gapless load access.log.gz", "bring an access log into the embedded engine"},
      {"gapless plan", "see which days of which teams need work, and why"},
      {"gapless backfill", "do that work; a second time there is nothing to do"},
      {"gapless status --days 90", "a map of every team and day"},
  });
  return text + "\ngapless COMMAND --help explains a command. Days are UTC.\n";
}

std::string command_help(const CommandSpec& command, const Manual& manual, const Style& style) {
  std::string text = fmt::format("usage: {}\n\n", usage(command));
  text +=
      wrapped(fmt::format("{}.{}{}", command.summary, command.details.empty() ? "" : " ", command.details), kWidth, 0) +
      "\n";
  text[text.find("\n\n") + 2] =
      static_cast<char>(std::toupper(static_cast<unsigned char>(text[text.find("\n\n") + 2])));
  std::vector<Entry> below;
  for (const CommandSpec& other : commands())
    if (other.parent() == command.name) below.push_back({std::string(other.name), std::string(other.summary)});
  if (!below.empty()) text += heading("Commands below it", style) + entries(below);
  if (!command.arguments.empty()) {
    std::vector<Entry> all;
    for (const ArgumentSpec& argument : command.arguments)
      all.push_back(
          {std::string(argument.name), argument.choices.empty()
                                           ? std::string(argument.help)
                                           : fmt::format("{}: {}", argument.help, fmt::join(argument.choices, ", "))});
    text += heading("Arguments", style) + entries(all);
  }
  if (!command.options.empty()) text += heading("Options", style) + entries(describe_all(command.options, manual));
  text += heading("Options of every command", style) + common_options_text(manual, false);
  if (!command.examples.empty()) text += heading("Examples", style) + examples_text(command.examples);
  return text;
}

}  // namespace gapless
