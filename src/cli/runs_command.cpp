#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/runs_view.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

constexpr std::size_t kSearched = 10'000;  // runs among which a shortened id is looked for

Result<std::size_t> read_limit(const Given& given) {
  constexpr std::size_t kDefault = 20;
  const auto text = given.value("--limit");
  if (!text) return kDefault;
  const auto limit = parse_number<std::size_t>(*text);
  if (!limit || *limit == 0)
    return fail(Fault::kInvalidInput, fmt::format("'{}' is not a number of runs (from --limit)", *text));
  return *limit;
}

/// The run of that id, or the only one whose id begins with it. Errors: kInvalidInput.
Result<RunRecord> find_run(StateStore& store, const std::string& id) {
  GAPLESS_ASSIGN(auto exact, store.run(id));
  if (exact) return std::move(*exact);
  GAPLESS_ASSIGN(const auto runs, store.runs(kSearched));
  const RunRecord* found = nullptr;
  for (const RunRecord& run : runs) {
    if (!run.id.starts_with(id)) continue;
    if (found != nullptr)
      return fail(Fault::kInvalidInput,
                  fmt::format("more than one run begins with '{}': {} and {}, for example", id, run.id, found->id));
    found = &run;
  }
  if (found == nullptr)
    return fail(Fault::kInvalidInput, fmt::format("there is no run '{}'; gapless runs lists them", id));
  return *found;
}

Result<RunRecord> named_run(Invocation& call) {
  const std::string& id = call.given.arguments().front();
  if (!call.services.has_store())
    return fail(Fault::kInvalidInput,
                fmt::format("there is no run '{}': there is no state store yet, {}", id, call.services.store_place()));
  GAPLESS_ASSIGN(StateStore * store, call.services.store());
  return find_run(*store, id);
}

Result<ExitCode> run_runs(Invocation& call) {
  GAPLESS_ASSIGN(const std::size_t limit, read_limit(call.given));
  std::vector<RunRecord> runs;
  if (call.services.has_store()) {
    GAPLESS_ASSIGN(StateStore * store, call.services.store());
    GAPLESS_ASSIGN(runs, store->runs(limit));
  }
  Json json = {{"runs", Json::array()}};
  for (const RunRecord& run : runs) json["runs"].push_back(run_record_json(run));
  call.output.document(json);
  call.output.text(runs.empty() ? "no run yet\n" : runs_text(runs, call.output.style()));
  return ExitCode::kDone;
}

Result<ExitCode> run_show(Invocation& call) {
  GAPLESS_ASSIGN(const RunRecord run, named_run(call));
  GAPLESS_ASSIGN(StateStore * store, call.services.store());
  GAPLESS_ASSIGN(const auto steps, store->steps(run.id));
  Json json = run_record_json(run);
  json["steps"] = steps_json(steps);
  call.output.document({{"runs", Json::array({json})}});
  call.output.text(run_details_text(run, steps, call.output.style()));
  return ExitCode::kDone;
}

Result<ExitCode> run_cancel(Invocation& call) {
  GAPLESS_ASSIGN(const RunRecord run, named_run(call));
  GAPLESS_ASSIGN(StateStore * store, call.services.store());
  GAPLESS_ASSIGN(const bool asked, store->request_cancel(run.id));
  Json json = run_record_json(run);
  json["cancel_requested"] = asked;
  call.output.document({{"runs", Json::array({json})}});
  call.output.text(asked ? fmt::format("run {} was asked to stop; it does at its next safe point\n", run.id)
                         : fmt::format("run {} is not running: {}\n", run.id, name(run.status)));
  return ExitCode::kDone;
}

const ArgumentSpec kRunId = {.name = "ID", .help = "of the run, or how it begins", .least = 1, .most = 1};

}  // namespace

CommandSpec runs_command() {
  return {.name = "runs",
          .group = CommandGroup::kOperation,
          .summary = "the history of runs, the newest first",
          .details = "Reads the state store only: it works beside anything.",
          .arguments = {},
          .options = {{.name = "--limit", .value = "N", .help = "how many, 20 without it"}},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_runs,
          .beside_daemon = true};
}

CommandSpec runs_show_command() {
  return {.name = "runs show",
          .group = CommandGroup::kOperation,
          .summary = "one run with its steps, times and errors",
          .details = "",
          .arguments = {kRunId},
          .options = {},
          .examples = {{"gapless runs show 20260310-12", "the beginning of an id is enough where no other begins so"}},
          .needs = Needs::kConfiguration,
          .run = run_show,
          .beside_daemon = true};
}

CommandSpec runs_cancel_command() {
  return {.name = "runs cancel",
          .group = CommandGroup::kOperation,
          .summary = "ask a running run to stop",
          .details = "It stops at its next safe point: a day is published whole or not at all.",
          .arguments = {kRunId},
          .options = {},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_cancel,
          .beside_daemon = true};
}

}  // namespace gapless
