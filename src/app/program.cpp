#include "app/program.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>

#include "app/configuration.h"
#include "app/local_services.h"
#include "app/stop_signals.h"
#include "cli/help.h"
#include "cli/log.h"
#include "cli/parser.h"

namespace gapless {
namespace {

Environment snapshot(char** environment) {
  Environment variables;
  for (char** entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// The columns of a terminal; of anything else COLUMNS says, or a comfortable width.
std::size_t width_of(int file, const Environment& environment) {
  winsize size{};
  if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  std::size_t columns = 0;
  const std::string text = variable(environment, "COLUMNS");
  std::from_chars(text.data(), text.data() + text.size(), columns);
  constexpr std::size_t kComfortable = 100;
  return columns >= 20 && columns <= 1000 ? columns : kComfortable;
}

/// What standard output and standard error are, and how they are to be used.
struct Terminals {
  explicit Terminals(const Environment& environment) {
    const bool dumb = variable(environment, "TERM") == "dumb";
    out_is_terminal = isatty(STDOUT_FILENO) != 0 && !dumb;
    err_is_terminal = isatty(STDERR_FILENO) != 0 && !dumb;
    out_width = width_of(STDOUT_FILENO, environment);
    err_width = width_of(STDERR_FILENO, environment);
  }
  static bool coloured(Colour colour, bool terminal) {
    return colour == Colour::kAlways || (colour == Colour::kAuto && terminal);
  }

  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t out_width = 0;
  std::size_t err_width = 0;
};

Manual the_manual() { return {GAPLESS_VERSION, setting_infos()}; }

/// Help and version need nothing but the tables.
int print(const std::string& text) {
  const bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return good ? 0 : 1;
}

class Program {
 public:
  Program(ParsedLine line, Environment environment)
      : line_(std::move(line)), environment_(std::move(environment)), terminals_(environment_) {
    auto loaded = load_configuration(line_.given, environment_);
    if (loaded)
      configuration_ = std::move(*loaded);
    else
      configuration_ = fallback_configuration(line_.given, environment_), problem_ = std::move(loaded.error());
  }

  int run() {
    const Settings settings = configuration_.settings;
    Console console(stderr, {terminals_.err_is_terminal,
                             Terminals::coloured(settings.colour, terminals_.err_is_terminal), terminals_.err_width});
    Output output(stdout, console,
                  {settings.output, settings.verbosity,
                   Terminals::coloured(settings.colour, terminals_.out_is_terminal), terminals_.out_width});
    StopSignals signals([&](int) { console.line("stopping at the next safe point; once more stops at once"); });
    start_logging(console, settings);
    auto code = run_command(output, signals);
    stop_logging();
    if (!code) {
      const bool stopped = code.error().fault == Fault::kCancelled && signals.received();
      if (!stopped && !output.broken_pipe()) output.error(code.error().message);
    }
    const ExitCode said = code ? *code : exit_code_of(code.error());
    if (const Status finished = output.finish(); !finished) {
      if (output.broken_pipe()) return 128 + SIGPIPE;
      if (code) output.error(finished.error().message);
      return exit_status(ExitCode::kFailed, signals.received());
    }
    return exit_status(said, signals.received());
  }

 private:
  /// Everything that it opens is closed when it returns.
  Result<ExitCode> run_command(Output& output, const StopSignals& signals) {
    if (problem_ && line_.command->needs == Needs::kConfiguration) return fail(*problem_);
    GAPLESS_ASSIGN(const auto services,
                   LocalServices::make(configuration_, problem_, unknown_variables(environment_), signals.token()));
    const Manual manual = the_manual();
    Invocation call{line_.given, *services, output, manual};
    try {
      return line_.command->run(call);
    } catch (const std::exception& error) {
      return fail(Fault::kInternal, fmt::format("gapless has a fault, please report it: {}", error.what()));
    }
  }

  const ParsedLine line_;
  const Environment environment_;
  const Terminals terminals_;
  Configuration configuration_;
  std::optional<Error> problem_;
};

int usage_error(const std::string& message) {
  const std::string line = fmt::format("error: {}\n", message);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return static_cast<int>(ExitCode::kUsage);
}

/// `gapless help plan` is `gapless plan --help`.
std::vector<std::string> with_help_as_option(std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

}  // namespace

int run_program(std::span<char*> words, char** environment) try {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of the write
  auto line = parse_command_line(with_help_as_option({words.begin(), words.end()}));
  if (!line) return usage_error(line.error().message);
  if (line->wish == ParsedLine::Wish::kVersion) return print(fmt::format("gapless {}\n", GAPLESS_VERSION));
  if (line->wish == ParsedLine::Wish::kHelp) {
    const bool coloured = isatty(STDOUT_FILENO) != 0 && variable(snapshot(environment), "NO_COLOR").empty();
    const Style style = coloured ? Style::coloured() : Style::plain();
    return print(line->command == nullptr ? program_help(the_manual(), style)
                                          : command_help(*line->command, the_manual(), style));
  }
  return Program(std::move(*line), snapshot(environment)).run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: gapless has a fault, please report it: %s\n", error.what());
  return static_cast<int>(ExitCode::kFailed);
}

}  // namespace gapless
