#include "cli/commands.h"
#include "cli/completion.h"

namespace gapless {
namespace {

Result<ExitCode> run_completion(Invocation& call) {
  GAPLESS_TRY(call.output.raw(completion_script(call.given.arguments().front())));
  return ExitCode::kDone;
}

}  // namespace

CommandSpec completion_command() {
  return {
      .name = "completion",
      .group = CommandGroup::kOperation,
      .summary = "print a shell's completion script",
      .details = "",
      .arguments =
          {{.name = "SHELL", .help = "bash, zsh or fish", .least = 1, .most = 1, .choices = {"bash", "zsh", "fish"}}},
      .options = {},
      .examples = {{"source <(gapless completion bash)", "for this shell"},
                   {"gapless completion fish > ~/.config/fish/completions/gapless.fish", "for every one to come"}},
      .needs = Needs::kNothing,
      .run = run_completion,
      .beside_daemon = true};
}

}  // namespace gapless
