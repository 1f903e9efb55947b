#include "cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "cli/command.h"

namespace gapless {
namespace {

std::vector<std::string_view> words_below(std::string_view parent) {
  std::vector<std::string_view> words;
  for (const CommandSpec& command : commands())
    if (command.parent() == parent) words.push_back(command.last_word());
  return words;
}

std::vector<OptionSpec> options_of(const CommandSpec& command) {
  std::vector<OptionSpec> options = command.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

/// What may follow a command: the commands below it, its choices and its options.
std::vector<std::string_view> words_after(const CommandSpec& command) {
  std::vector<std::string_view> words = words_below(command.name);
  for (const ArgumentSpec& argument : command.arguments)
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  for (const OptionSpec& option : options_of(command)) words.push_back(option.name);
  words.push_back("--help");
  return words;
}

bool takes_files(const CommandSpec& command) {
  for (const ArgumentSpec& argument : command.arguments)
    if (argument.kind != WordKind::kText) return true;
  return false;
}

/// Every option with a value, once: choices, files or nothing to complete it by.
std::vector<OptionSpec> options_with_values() {
  std::vector<OptionSpec> all(common_options().begin(), common_options().end());
  for (const CommandSpec& command : commands())
    for (const OptionSpec& option : command.options) {
      const bool known =
          std::any_of(all.begin(), all.end(), [&](const OptionSpec& other) { return other.name == option.name; });
      if (!known) all.push_back(option);
    }
  std::erase_if(all, [](const OptionSpec& option) { return option.value.empty(); });
  return all;
}

std::string bash_script() {
  std::string text =
      "# bash completion of gapless: source it, or keep it as ~/.local/share/bash-completion/completions/gapless\n"
      "_gapless() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$command ${COMP_WORDS[i]}\" in\n";
  for (const CommandSpec& command : commands())
    text += fmt::format("      '{} {}') command='{}' ;;\n", command.parent(), command.last_word(), command.name);
  text += "    esac\n  done\n  case \"$previous\" in\n";
  for (const OptionSpec& option : options_with_values()) {
    text += fmt::format("    {}) ", option.name);
    if (!option.choices.empty())
      text += fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", fmt::join(option.choices, " "));
    else if (option.kind == WordKind::kFile)
      text += "COMPREPLY=($(compgen -f -- \"$word\"))";
    else if (option.kind == WordKind::kDirectory)
      text += "COMPREPLY=($(compgen -d -- \"$word\"))";
    else
      text += "COMPREPLY=()";
    text += "; return ;;\n";
  }
  text += "  esac\n  case \"$command\" in\n";
  std::vector<std::string_view> first = words_below("");
  for (const OptionSpec& option : common_options()) first.push_back(option.name);
  text += fmt::format("    '') words='{} --help --version' ;;\n", fmt::join(first, " "));
  for (const CommandSpec& command : commands())
    text += fmt::format("    '{}') words='{}' ;;\n", command.name, fmt::join(words_after(command), " "));
  text += "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n  case \"$command\" in\n";
  for (const CommandSpec& command : commands())
    if (takes_files(command))
      text += fmt::format("    '{}') COMPREPLY+=($(compgen -f -- \"$word\")) ;;\n", command.name);
  return text + "  esac\n}\ncomplete -o filenames -F _gapless gapless\n";
}

/// For single quotes of zsh's _arguments and _describe specifications.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') escaped += "'\\'";
    if (c == '[' || c == ']' || c == ':') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_option(const OptionSpec& option) {
  std::string text = fmt::format("'{}[{}]", option.name, zsh_text(option.help));
  if (!option.value.empty()) {
    text += fmt::format(":{}:", zsh_text(option.value));
    if (!option.choices.empty())
      text += fmt::format("({})", fmt::join(option.choices, " "));
    else if (option.kind == WordKind::kFile)
      text += "_files";
    else if (option.kind == WordKind::kDirectory)
      text += "_files -/";
  }
  return text + "'";
}

std::string zsh_function(const CommandSpec& command) {
  std::string name(command.name);
  std::replace(name.begin(), name.end(), ' ', '_');
  std::string text = fmt::format("_gapless_{}() {{\n  _arguments -s", name);
  for (const OptionSpec& option : options_of(command)) text += " \\\n    " + zsh_option(option);
  text += " \\\n    '--help[explain it]'";
  for (const CommandSpec& other : commands())
    if (other.parent() == command.name)
      for (const OptionSpec& option : other.options) text += " \\\n    " + zsh_option(option);
  const auto below = words_below(command.name);
  if (!below.empty()) text += fmt::format(" \\\n    '1:command:({})'", fmt::join(below, " "));
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string_view place = argument.most > 1 ? "*" : "1";
    if (!argument.choices.empty())
      text += fmt::format(" \\\n    '{}:{}:({})'", place, zsh_text(argument.name), fmt::join(argument.choices, " "));
    else if (argument.kind != WordKind::kText)
      text += fmt::format(" \\\n    '{}:{}:_files'", place, zsh_text(argument.name));
  }
  return text + "\n}\n";
}

std::string zsh_script() {
  std::string text = "#compdef gapless\n# zsh completion of gapless: keep it as _gapless in a directory of $fpath\n";
  for (const CommandSpec& command : commands())
    if (command.parent().empty()) text += zsh_function(command);
  text += "_gapless() {\n  local -a commands=(\n";
  for (const CommandSpec& command : commands())
    if (command.parent().empty()) text += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.summary));
  text += "  )\n  local context state line\n  _arguments -C";
  for (const OptionSpec& option : common_options()) text += " \\\n    " + zsh_option(option);
  text +=
      " \\\n    '--help[list the commands]' \\\n    '--version[the version]' \\\n    '1: :->command' \\\n    '*:: "
      ":->rest'\n"
      "  case $state in\n    command) _describe command commands ;;\n    rest) (( $+functions[_gapless_$line[1]] )) && "
      "_gapless_$line[1] ;;\n"
      "  esac\n}\n_gapless \"$@\"\n";
  return text;
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_option(const OptionSpec& option, const std::string& condition) {
  std::string text = fmt::format("complete -c gapless{} -l {}", condition, option.name.substr(2));
  if (option.letter != 0) text += fmt::format(" -s {}", option.letter);
  if (!option.value.empty()) text += option.kind == WordKind::kText ? " -x" : " -r -F";
  if (!option.choices.empty())
    text += fmt::format(" -a {}", fish_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  return text + fmt::format(" -d {}\n", fish_quoted(option.help));
}

std::string fish_script() {
  std::string text =
      "# fish completion of gapless: keep it as ~/.config/fish/completions/gapless.fish\ncomplete -c gapless -f\n";
  for (const OptionSpec& option : common_options()) text += fish_option(option, "");
  text +=
      "complete -c gapless -s h -l help -d 'explain a command'\ncomplete -c gapless -n __fish_use_subcommand -l "
      "version -d 'the version'\n";
  for (const CommandSpec& command : commands()) {
    const std::string condition = command.parent().empty()
                                      ? std::string(" -n __fish_use_subcommand")
                                      : fmt::format(" -n '__fish_seen_subcommand_from {}'", command.parent());
    text += fmt::format("complete -c gapless{} -a {} -d {}\n", condition, command.last_word(),
                        fish_quoted(command.summary));
    const std::string seen = fmt::format(" -n '__fish_seen_subcommand_from {}'", command.last_word());
    for (const OptionSpec& option : command.options) text += fish_option(option, seen);
    for (const ArgumentSpec& argument : command.arguments)
      if (!argument.choices.empty())
        text += fmt::format("complete -c gapless{} -a {}\n", seen,
                            fish_quoted(fmt::format("{}", fmt::join(argument.choices, " "))));
    if (takes_files(command)) text += fmt::format("complete -c gapless{} -F\n", seen);
  }
  return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return "";
}

}  // namespace gapless
