#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/wording.h"

namespace gapless {
namespace {

Json pause_json(const std::optional<StateStore::Pause>& pause) {
  return {{"paused", pause.has_value()},
          {"until", pause ? instant_or_null(pause->until) : Json(nullptr)},
          {"reason", pause ? text_or_null(pause->reason) : Json(nullptr)}};
}

Result<ExitCode> run_pause(Invocation& call) {
  StateStore::Pause pause;
  if (!call.given.arguments().empty()) pause.reason = call.given.arguments().front();
  const Instant now = call.services.clock().now();
  if (const auto text = call.given.value("--for")) {
    const auto span = parse_span(*text);
    if (!span || span->count() <= 0)
      return fail(Fault::kInvalidInput,
                  fmt::format("'{}' is not a span of time such as 30m or 2h (from --for)", *text));
    pause.until = std::chrono::ceil<std::chrono::seconds>(now + *span);
  }
  GAPLESS_ASSIGN(StateStore * store, call.services.store());
  GAPLESS_TRY(store->set_pause(pause));
  call.output.document(pause_json(pause));
  call.output.text(fmt::format("paused{}: no new day is begun until {}gapless resume\n",
                               pause.reason.empty() ? "" : " (" + pause.reason + ")",
                               pause.until ? format_instant(*pause.until) + " or " : std::string()));
  return ExitCode::kDone;
}

Result<ExitCode> run_resume(Invocation& call) {
  std::optional<StateStore::Pause> before;
  if (call.services.has_store()) {
    GAPLESS_ASSIGN(StateStore * store, call.services.store());
    GAPLESS_ASSIGN(before, store->pause(call.services.clock().now()));
    GAPLESS_TRY(store->clear_pause());
  }
  call.output.document(pause_json(std::nullopt));
  call.output.text(before ? "resumed\n" : "nothing was paused\n");
  return ExitCode::kDone;
}

}  // namespace

CommandSpec pause_command() {
  return {.name = "pause",
          .group = CommandGroup::kOperation,
          .summary = "begin no new day until resumed",
          .details = "Holds for every job on this data directory; a day that is being recomputed is finished.",
          .arguments = {{.name = "REASON", .help = "shown wherever work is refused because of it"}},
          .options = {{.name = "--for", .value = "TIME", .help = "resume by itself after this time, as in 30m or 2h"}},
          .examples = {{"gapless pause --for 2h 'the source is being migrated'", "and until gapless resume at most"}},
          .needs = Needs::kConfiguration,
          .run = run_pause,
          .beside_daemon = true};
}

CommandSpec resume_command() {
  return {.name = "resume",
          .group = CommandGroup::kOperation,
          .summary = "end a pause",
          .details = "",
          .arguments = {},
          .options = {},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_resume,
          .beside_daemon = true};
}

}  // namespace gapless
