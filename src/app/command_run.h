#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "app/configuration.h"
#include "app/local_services.h"
#include "app/open_data.h"
#include "cli/console.h"
#include "cli/output.h"
#include "cli/parser.h"
#include "util/workplace.h"

namespace gapless {

/// What a command line is given by the process in which it was typed.
struct Surroundings {
  Environment environment;
  Workplace workplace;
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

/// The settings as they are documented, and the version.
Manual the_manual();

/// One command line on its way: configured, and run once.
class CommandRun {
 public:
  CommandRun(ParsedLine line, Surroundings surroundings);
  /// With settings that are there already.
  CommandRun(ParsedLine line, Surroundings surroundings, Configuration configuration);

  const CommandSpec& command() const { return *line_.command; }
  const Given& given() const { return line_.given; }
  const Settings& settings() const { return configuration_.settings; }
  const Configuration& configuration() const { return configuration_; }
  Console& console() { return console_; }
  /// How `gapless serve` is run; without it, it is not.
  void may_serve(LocalServices::Serve serve) { serve_ = std::move(serve); }
  /// Why the configuration is not what was asked for.
  const std::optional<Error>& problem() const { return problem_; }

  struct Outcome {
    ExitCode code = ExitCode::kFailed;
    bool broken_pipe = false;         ///< nobody reads what it writes any more
    std::optional<Error> error = {};  ///< that it ended with
  };
  /// Runs the command, and says on standard error why it failed, if it did. `data` is that of the settings' data directory.
  Outcome run(std::shared_ptr<OpenData> data, std::stop_token stop, RunOrigin origin = {});

 private:
  Result<ExitCode> run_command(Output& output, std::shared_ptr<OpenData> data, const std::stop_token& stop,
                               RunOrigin origin);

  const ParsedLine line_;
  const Surroundings surroundings_;
  std::optional<Error> problem_;
  Configuration configuration_;
  Console console_;
  LocalServices::Serve serve_;
};

}  // namespace gapless
