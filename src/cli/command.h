// cli/: the command line: one file a command, each with its options as data; text, JSON and progress.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/services.h"
#include "core/error.h"

namespace gapless {

/// What a word on the command line stands for, so that shells can complete it.
enum class WordKind { kText, kFile, kDirectory };

struct OptionSpec {
  std::string_view name;                       ///< "--from"
  std::string_view value = {};                 ///< "DAY"; empty: a switch
  std::string_view help = {};                  ///< without full stop
  std::vector<std::string_view> choices = {};  ///< the only values, where there are any
  bool list = false;                           ///< may be repeated; the values are joined with commas
  bool lines = false;                          ///< likewise, but each is a line of its own
  WordKind kind = WordKind::kText;
  char letter = 0;                      ///< 'q' of -q
  std::string_view setting = {};        ///< the key whose value it replaces for this run
  std::string_view setting_value = {};  ///< of a switch: by what
  std::string_view environment = {};    ///< a variable beside those of the setting
};

struct ArgumentSpec {
  std::string_view name;  ///< "FILE"
  std::string_view help;
  std::size_t least = 0;
  std::size_t most = 1;
  std::vector<std::string_view> choices = {};
  WordKind kind = WordKind::kText;
};

struct Example {
  std::string_view line;
  std::string_view what;
};

/// The values that were given on the command line.
class Given {
 public:
  bool has(std::string_view option) const { return options_.contains(option); }
  std::optional<std::string> value(std::string_view option) const;
  const std::vector<std::string>& arguments() const { return arguments_; }

  void set(std::string_view option, std::string value) { options_[std::string(option)] = std::move(value); }
  void add_argument(std::string argument) { arguments_.push_back(std::move(argument)); }

 private:
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::string> arguments_;
};

/// The settings as help texts and the file of `init` show them. app/ has them.
struct Manual {
  std::string_view version;
  std::span<const SettingInfo> settings;
  const SettingInfo* find(std::string_view key) const;
};

/// Who asked for the run that a command may begin.
struct RunOrigin {
  std::string trigger = "command";         ///< or "schedule", "api"
  std::optional<std::string> run_id = {};  ///< none: a new one is made
  const RunEvents* also_tell = nullptr;    ///< what happens, beside the progress display
};

/// What a command is given to work with.
struct Invocation {
  const Given& given;
  Services& services;
  Output& output;
  const Manual& manual;
  RunOrigin origin = {};
};

enum class CommandGroup { kStart, kFigures, kOperation };
/// Whether a command runs where the configuration has an error.
enum class Needs { kConfiguration, kNothing };

struct CommandSpec {
  std::string_view name;  ///< "plan", "runs show"
  CommandGroup group;
  std::string_view summary;  ///< a line, without full stop
  std::string_view details;  ///< more sentences
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  std::vector<Example> examples;
  Needs needs = Needs::kConfiguration;
  Result<ExitCode> (*run)(Invocation&) = nullptr;
  /// It never opens the engine, and so runs in its own process also where a daemon has the data directory open.
  bool beside_daemon = false;

  /// "runs" of "runs show", "" of "runs".
  std::string_view parent() const;
  /// "show" of "runs show".
  std::string_view last_word() const;
};

/// Every command of this release, in the order of the help text; one that stands below another comes after it.
std::span<const CommandSpec> commands();
/// The options that every command takes.
std::span<const OptionSpec> common_options();
const CommandSpec* find_command(std::string_view name);

}  // namespace gapless
