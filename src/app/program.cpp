#include "app/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "app/command_run.h"
#include "app/command_socket.h"
#include "app/daemon.h"
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

/// Help and version need nothing but the tables.
int print(const std::string& text) {
  const bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return good ? 0 : 1;
}

int usage_error(const std::string& message) {
  const std::string line = fmt::format("error: {}\n", message);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return static_cast<int>(ExitCode::kUsage);
}

/// Runs the command here, or in the daemon that has the data directory open.
int run(ParsedLine line, Surroundings surroundings, const std::vector<std::string>& words) {
  CommandRun command(std::move(line), surroundings);
  StopSignals signals([&](int) { command.console().line("stopping at the next safe point; once more stops at once"); });
  auto directory = DataDirectory::at(surroundings.workplace.resolve(command.settings().data));
  if (!directory) return usage_error(directory.error().message);
  std::optional<CommandRun::Outcome> outcome;
  if (!command.command().beside_daemon && !command.problem()) {
    auto answer = ask_daemon(directory->daemon_socket(), words, surroundings, signals.token());
    if (!answer) {
      command.console().line("error: " + answer.error().message);
      return exit_status(exit_code_of(answer.error()), signals.received());
    }
    outcome = std::move(*answer);
  }
  if (!outcome) {
    start_logging(command.console(), command.settings());
    const auto data = std::make_shared<OpenData>(std::move(*directory), signals.token());
    command.may_serve([&](Services& services, Output& output) {
      return Daemon(command, surroundings, data, signals).run(services, output);
    });
    outcome = command.run(data, signals.token());
    stop_logging();
  }
  if (outcome->broken_pipe) return 128 + SIGPIPE;
  return exit_status(outcome->code, signals.received());
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
    const Environment variables = snapshot(environment);
    const auto no_colour = variables.find("NO_COLOR");
    const bool coloured = isatty(STDOUT_FILENO) != 0 && (no_colour == variables.end() || no_colour->second.empty());
    const Style style = coloured ? Style::coloured() : Style::plain();
    return print(line->command == nullptr ? program_help(the_manual(), style)
                                          : command_help(*line->command, the_manual(), style));
  }
  const std::vector<std::string> given(words.begin(), words.end());
  return run(std::move(*line), {snapshot(environment), {}, stdout, stderr}, given);
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: gapless has a fault, please report it: %s\n", error.what());
  return static_cast<int>(ExitCode::kFailed);
}

}  // namespace gapless
