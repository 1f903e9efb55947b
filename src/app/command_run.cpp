#include "app/command_run.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <exception>

namespace gapless {
namespace {

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

/// What a stream is, and how it is to be used.
Console::Options options_of(std::FILE* stream, const Environment& environment, Colour colour) {
  const int file = fileno(stream);
  const bool terminal = file >= 0 && isatty(file) != 0 && variable(environment, "TERM") != "dumb";
  return {terminal, colour == Colour::kAlways || (colour == Colour::kAuto && terminal), width_of(file, environment)};
}

/// As the environment and the options say; with the built-in settings where that is not to be had.
Configuration configure(const ParsedLine& line, const Surroundings& surroundings, std::optional<Error>& problem) {
  auto loaded = load_configuration(line.given, surroundings.environment, surroundings.workplace);
  if (loaded) return std::move(*loaded);
  problem = std::move(loaded.error());
  return fallback_configuration(line.given, surroundings.environment);
}

}  // namespace

Manual the_manual() { return {GAPLESS_VERSION, setting_infos()}; }

CommandRun::CommandRun(ParsedLine line, Surroundings surroundings)
    : line_(std::move(line)),
      surroundings_(std::move(surroundings)),
      configuration_(configure(line_, surroundings_, problem_)),
      console_(surroundings_.err, options_of(surroundings_.err, surroundings_.environment, settings().colour)) {}

CommandRun::CommandRun(ParsedLine line, Surroundings surroundings, Configuration configuration)
    : line_(std::move(line)),
      surroundings_(std::move(surroundings)),
      configuration_(std::move(configuration)),
      console_(surroundings_.err, options_of(surroundings_.err, surroundings_.environment, settings().colour)) {}

Result<ExitCode> CommandRun::run_command(Output& output, std::shared_ptr<OpenData> data, const std::stop_token& stop,
                                         RunOrigin origin) {
  if (problem_ && line_.command->needs == Needs::kConfiguration) return fail(*problem_);
  LocalServices services({configuration_, problem_, unknown_variables(surroundings_.environment), std::move(data),
                          surroundings_.workplace, stop, serve_});
  const Manual manual = the_manual();
  Invocation call{line_.given, services, output, manual, std::move(origin)};
  try {
    return line_.command->run(call);
  } catch (const std::exception& error) {
    return fail(Fault::kInternal, fmt::format("gapless has a fault, please report it: {}", error.what()));
  }
}

CommandRun::Outcome CommandRun::run(std::shared_ptr<OpenData> data, std::stop_token stop, RunOrigin origin) {
  const Console::Options out = options_of(surroundings_.out, surroundings_.environment, settings().colour);
  Output output(surroundings_.out, console_, {settings().output, settings().verbosity, out.coloured, out.width});
  auto code = run_command(output, std::move(data), stop, std::move(origin));
  Outcome outcome{code ? *code : exit_code_of(code.error()), false, code ? std::nullopt : std::optional(code.error())};
  if (!code) {
    const bool stopped = code.error().fault == Fault::kCancelled && stop.stop_requested();
    if (!stopped && !output.broken_pipe()) output.error(code.error().message);
  }
  if (const Status finished = output.finish(); !finished) {
    outcome.broken_pipe = output.broken_pipe();
    if (!outcome.broken_pipe && code) output.error(finished.error().message);
    outcome.code = ExitCode::kFailed;
  }
  return outcome;
}

}  // namespace gapless
