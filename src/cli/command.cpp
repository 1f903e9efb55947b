#include "cli/command.h"

#include <array>

#include "cli/commands.h"

namespace gapless {

std::optional<std::string> Given::value(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second;
}

const SettingInfo* Manual::find(std::string_view key) const {
  for (const SettingInfo& setting : settings)
    if (setting.key == key) return &setting;
  return nullptr;
}

std::string_view CommandSpec::parent() const {
  const std::size_t space = name.rfind(' ');
  return space == std::string_view::npos ? std::string_view() : name.substr(0, space);
}

std::string_view CommandSpec::last_word() const { return name.substr(parent().empty() ? 0 : parent().size() + 1); }

std::span<const CommandSpec> commands() {
  static const std::vector<CommandSpec> all = {
      init_command(),        load_command(),
      doctor_command(),      plan_command(),
      backfill_command(),    run_command(),
      explain_command(),     verify_command(),
      status_command(),      teams_command(),
      query_command(),       sql_command(),
      runs_command(),        runs_show_command(),
      runs_cancel_command(), forget_command(),
      serve_command(),       pause_command(),
      resume_command(),      adopt_command(),
      targets_command(),     targets_rebuild_command(),
      completion_command(),
  };
  return all;
}

const CommandSpec* find_command(std::string_view name) {
  for (const CommandSpec& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

std::span<const OptionSpec> common_options() {
  static const std::vector<OptionSpec> all = {
      {.name = "--config",
       .value = "FILE",
       .help = "configuration file, instead of ./gapless.toml where there is one",
       .kind = WordKind::kFile,
       .environment = "GAPLESS_CONFIG"},
      {.name = "--data",
       .value = "DIR",
       .help = "data directory",
       .kind = WordKind::kDirectory,
       .setting = "engine.data"},
      {.name = "--output",
       .value = "FORMAT",
       .help = "text for people, or json: one document on standard output",
       .choices = {"text", "json"},
       .setting = "output.format"},
      {.name = "--quiet",
       .help = "only results, warnings and errors",
       .letter = 'q',
       .setting = "output.verbosity",
       .setting_value = "quiet"},
      {.name = "--verbose",
       .help = "also a detailed log, on standard error",
       .letter = 'v',
       .setting = "output.verbosity",
       .setting_value = "verbose"},
      {.name = "--no-color",
       .help = "no colours",
       .setting = "output.color",
       .setting_value = "never",
       .environment = "NO_COLOR"},
  };
  return all;
}

}  // namespace gapless
