#include "cli/commands.h"

namespace gapless {
namespace {

Result<ExitCode> run_serve(Invocation& call) { return call.services.serve(call.output); }

}  // namespace

CommandSpec serve_command() {
  return {
      .name = "serve",
      .group = CommandGroup::kOperation,
      .summary = "the daemon: jobs by schedule, and an API, until it is stopped",
      .details =
          "Runs daily, intraday and backfill when schedule.* says so. While it runs, every other command on its data"
          " directory goes through it by itself. SIGTERM or SIGINT stops it at the next safe point, SIGHUP has it"
          " read its configuration anew.",
      .arguments = {},
      .options = {{.name = "--listen",
                   .value = "HOST:PORT",
                   .help = "where the API listens, or off; port 0 takes a free one, which daemon.json names",
                   .setting = "api.listen"}},
      .examples = {{"gapless serve", "in a terminal, or as a service (contrib/systemd)"}},
      .needs = Needs::kConfiguration,
      .run = run_serve,
      .beside_daemon = true};
}

}  // namespace gapless
