#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/commands.h"
#include "cli/sample_configuration.h"

namespace gapless {
namespace {

/// Writes a new file, whole or not at all. Errors: kInvalidInput where there is one, or it cannot be made.
Status write_new_file(const std::string& path, const std::string& content) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    const int why = errno;
    if (why == EEXIST)
      return fail(
          Fault::kInvalidInput,
          fmt::format("{} is there already, and is never overwritten: edit it, or name another with --config", path));
    return fail(Fault::kInvalidInput,
                fmt::format("{} cannot be written: {}", path, std::generic_category().message(why)));
  }
  const ssize_t written = write(file, content.data(), content.size());
  const bool whole = written == static_cast<ssize_t>(content.size());
  const int why = errno;
  if (close(file) == 0 && whole) return {};
  unlink(path.c_str());
  return fail(Fault::kUnavailable, fmt::format("{} cannot be written: {}", path, std::generic_category().message(why)));
}

Result<ExitCode> run_init(Invocation& call) {
  const std::string path = call.services.installation().configuration_path;
  const bool is_posthog = call.given.value("--preset") == "posthog";
  const WantedSettings wanted =
      is_posthog ? WantedSettings{{"source.preset", "posthog"}, {"source.table", "posthog.events"}} : WantedSettings{};
  GAPLESS_TRY(write_new_file(path, sample_configuration(call.manual.settings, wanted)));
  call.output.text(is_posthog
                       ? fmt::format("wrote {}: set for PostHog's events in posthog.events, all else commented out\n"
                                     "next: say where they are with engine.url, then gapless doctor\n",
                                     path)
                       : fmt::format("wrote {}: every setting with its default, commented out\n"
                                     "next: gapless load FILE, or gapless doctor\n",
                                     path));
  call.output.document({{"path", path}});
  return ExitCode::kDone;
}

}  // namespace

CommandSpec init_command() {
  return {
      .name = "init",
      .group = CommandGroup::kStart,
      .summary = "write a commented gapless.toml",
      .details =
          "All settings, each with its meaning and its default. Nothing needs it: without a file the defaults hold.",
      .arguments = {},
      .options = {{.name = "--preset",
                   .value = "NAME",
                   .help = "what the source is: gapless, or posthog for PostHog's events",
                   .choices = {"gapless", "posthog"}}},
      .examples = {{"gapless init", "./gapless.toml"}, {"gapless --config /etc/gapless.toml init", "elsewhere"}},
      .needs = Needs::kNothing,
      .run = run_init,
      .beside_daemon = true};
}

}  // namespace gapless
