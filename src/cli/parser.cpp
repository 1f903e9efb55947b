#include "cli/parser.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>

#include "util/nearest.h"

namespace gapless {
namespace {

/// Where CLI11 puts the words of one command. Addresses must not change while it works.
struct Slot {
  const CommandSpec* command;
  CLI::App* app = nullptr;
  std::vector<std::vector<std::string>> values;  ///< one list an option
  std::vector<std::string> arguments;
};

std::string names_of(const OptionSpec& option) {
  return option.letter == 0 ? std::string(option.name) : fmt::format("-{},{}", option.letter, option.name);
}

void add_options(CLI::App& app, std::span<const OptionSpec> options, std::vector<std::vector<std::string>>& values) {
  values.resize(options.size());
  for (std::size_t i = 0; i < options.size(); ++i) {
    std::vector<std::string>& into = values[i];
    if (options[i].value.empty()) {
      app.add_flag_callback(names_of(options[i]), [&into] { into = {""}; });
    } else {
      // One word each time that it is given: the next word is not another value of it.
      app.add_option(names_of(options[i]), into)->allow_extra_args(false);
    }
  }
}

void prepare(CLI::App& app) {
  app.set_help_flag();
  app.allow_extras();
  app.fallthrough();
  app.require_subcommand(0, 1);
}

/// Everything that CLI11 needs to know, from the tables of commands and options.
class Grammar {
 public:
  Grammar() {
    prepare(root_);
    add_options(root_, common_options(), common_values_);
    root_.add_flag("-h,--help", help_);
    root_.add_flag("--version", version_);
    for (const CommandSpec& command : commands()) add(command);
  }

  CLI::App& root() { return root_; }
  bool wants_help() const { return help_; }
  bool wants_version() const { return version_; }

  /// The innermost command that was named, if any.
  const Slot* named() const {
    const Slot* innermost = nullptr;
    for (const Slot& slot : slots_)
      if (slot.app->parsed()) innermost = &slot;
    return innermost;
  }
  const std::vector<std::vector<std::string>>& common_values() const { return common_values_; }

 private:
  void add(const CommandSpec& command) {
    CLI::App* parent = &root_;
    for (const Slot& slot : slots_)
      if (slot.command->name == command.parent()) parent = slot.app;
    Slot& slot = slots_.emplace_back(Slot{&command, nullptr, {}, {}});
    slot.app = parent->add_subcommand(std::string(command.last_word()));
    prepare(*slot.app);
    add_options(*slot.app, command.options, slot.values);
    if (!command.arguments.empty()) slot.app->add_option("arguments", slot.arguments);
  }

  CLI::App root_;
  std::deque<Slot> slots_;
  std::vector<std::vector<std::string>> common_values_;
  bool help_ = false;
  bool version_ = false;
};

std::string where(const CommandSpec* command) {
  return command == nullptr ? std::string("gapless") : fmt::format("gapless {}", command->name);
}

std::vector<std::string_view> option_names(const CommandSpec* command) {
  std::vector<std::string_view> names = {"--help"};
  for (const OptionSpec& option : common_options()) names.push_back(option.name);
  if (command != nullptr)
    for (const OptionSpec& option : command->options) names.push_back(option.name);
  if (command == nullptr) names.push_back("--version");
  return names;
}

std::string suggestion(std::string_view text, const std::vector<std::string_view>& names) {
  const auto meant = nearest(text, names);
  return meant ? fmt::format("; did you mean {}?", *meant) : std::string();
}

/// A word that nothing takes.
Error unknown_word(const std::string& word, const CommandSpec* command) {
  if (word.size() > 1 && word.front() == '-') {
    const std::string name = word.substr(0, word.find('='));
    std::string meant = suggestion(name, option_names(command));
    if (meant.empty()) meant = fmt::format("; see {} --help", where(command));
    return {Fault::kInvalidInput, 0, fmt::format("{} has no option '{}'{}", where(command), name, meant)};
  }
  std::vector<std::string_view> below;
  for (const CommandSpec& other : commands())
    if (other.parent() == (command == nullptr ? "" : command->name)) below.push_back(other.last_word());
  if (command == nullptr) {
    std::string meant = suggestion(word, below);
    if (meant.empty()) meant = "; gapless --help lists them";
    return {Fault::kInvalidInput, 0, fmt::format("there is no command '{}'{}", word, meant)};
  }
  return {Fault::kInvalidInput, 0,
          fmt::format("{} takes no argument '{}'{}", where(command), word, suggestion(word, below))};
}

Status check_choice(std::string_view what, std::string_view text, const std::vector<std::string_view>& choices) {
  if (choices.empty() || std::ranges::find(choices, text) != choices.end()) return {};
  return fail(Fault::kInvalidInput,
              fmt::format("{} must be {}, not '{}'{}", what, alternatives(choices), text, suggestion(text, choices)));
}

Status take_options(std::span<const OptionSpec> options, const std::vector<std::vector<std::string>>& values,
                    Given& given) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (values[i].empty()) continue;
    std::string value = values[i].back();
    const bool repeats = options[i].list || options[i].lines;
    if (repeats) value = fmt::format("{}", fmt::join(values[i], options[i].lines ? "\n" : ","));
    if (!repeats) GAPLESS_TRY(check_choice(options[i].name, value, options[i].choices));
    given.set(options[i].name, std::move(value));
  }
  return {};
}

Status take_arguments(const CommandSpec& command, const std::vector<std::string>& words, Given& given) {
  std::size_t next = 0;
  for (const ArgumentSpec& argument : command.arguments) {
    if (words.size() - next < argument.least)
      return fail(Fault::kInvalidInput, fmt::format("gapless {} needs {}: {}; see gapless {} --help", command.name,
                                                    argument.name, argument.help, command.name));
    for (std::size_t taken = 0; taken < argument.most && next < words.size(); ++taken, ++next) {
      GAPLESS_TRY(check_choice(argument.name, words[next], argument.choices));
      given.add_argument(words[next]);
    }
  }
  if (next < words.size()) return fail(unknown_word(words[next], &command));
  return {};
}

/// CLI11's complaint in our words. What it can still complain about is a value that is missing or not wanted.
Error from_cli11(const CLI::ParseError& error, const Grammar& grammar) {
  const Slot* named = grammar.named();
  const CommandSpec* command = named == nullptr ? nullptr : named->command;
  std::string what = error.what();
  const auto explain = [&](const OptionSpec& option) {
    if (what.find(std::string(option.name)) == std::string::npos) return;
    what = option.value.empty() ? fmt::format("{} takes no value", option.name)
                                : fmt::format("{} needs a value, as in {} {}", option.name, option.name, option.value);
  };
  for (const OptionSpec& option : common_options()) explain(option);
  if (command != nullptr)
    for (const OptionSpec& option : command->options) explain(option);
  return {Fault::kInvalidInput, 0, fmt::format("{}; see {} --help", what, where(command))};
}

}  // namespace

std::string alternatives(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

Result<ParsedLine> parse_command_line(const std::vector<std::string>& words) {
  Grammar grammar;
  try {
    grammar.root().parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return fail(from_cli11(error, grammar));
  }
  const Slot* named = grammar.named();
  ParsedLine line;
  line.command = named == nullptr ? nullptr : named->command;
  if (grammar.wants_help() || grammar.wants_version()) {
    line.wish = grammar.wants_help() ? ParsedLine::Wish::kHelp : ParsedLine::Wish::kVersion;
    return line;
  }
  for (const std::string& word : grammar.root().remaining(true))
    if (word != "--") return fail(unknown_word(word, line.command));  // CLI11 leaves the mark itself over
  if (line.command == nullptr) return fail(Fault::kInvalidInput, "no command was given; gapless --help lists them");
  GAPLESS_TRY(take_options(common_options(), grammar.common_values(), line.given));
  GAPLESS_TRY(take_options(line.command->options, named->values, line.given));
  GAPLESS_TRY(take_arguments(*line.command, named->arguments, line.given));
  return line;
}

}  // namespace gapless
