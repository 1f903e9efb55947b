#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/run_job.h"
#include "cli/wording.h"

namespace gapless {
namespace {

std::string adopted_text(const TakeOverReport& report) {
  std::string text = report.previous
                         ? fmt::format("store {} keeps this warehouse now; until now it was store {} (host {})\n",
                                       report.store_id, report.previous->store_id, report.previous->host)
                         : fmt::format("store {} keeps this warehouse, as before\n", report.store_id);
  if (report.staging_dropped > 0)
    text += fmt::format("dropped the staging tables of {} that another store had left\n",
                        counted(report.staging_dropped, "partition", "partitions"));
  if (report.previous) text += "gapless backfill --take-over recomputes what it left half published, if anything\n";
  return text;
}

Result<ExitCode> take_over_warehouse(Invocation& call) {
  GAPLESS_ASSIGN(const TakeOverReport report, call.services.take_over());
  call.output.document({{"adopted", 0},
                        {"refused", Json::array()},
                        {"store_id", report.store_id},
                        {"previous_store_id", report.previous ? Json(report.previous->store_id) : Json(nullptr)},
                        {"staging_dropped", report.staging_dropped}});
  call.output.text(adopted_text(report));
  return ExitCode::kDone;
}

Result<ExitCode> run_adopt(Invocation& call) {
  if (call.given.has("--take-over")) {
    for (const OptionSpec& option : selection_options())
      if (call.given.has(option.name))
        return fail(Fault::kInvalidInput,
                    fmt::format("--take-over is about the whole warehouse: it goes without {}", option.name));
    return take_over_warehouse(call);
  }
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  if (selection.include_today) window.last_finished = std::max(window.last_finished, window.days.last);
  JobRequest request{"adopt", {window, selection.teams, {}}, call.services.executor_options()};
  request.adopt = AdoptRequest{selection.states};
  return run_job(call, request);
}

}  // namespace

CommandSpec adopt_command() {
  CommandSpec command{
      .name = "adopt",
      .group = CommandGroup::kOperation,
      .summary = "take rows over that gapless did not write, where they are right",
      .details =
          "Derives every group of the foreign cells once more from the raw events, as verify does, and writes ledger"
          " entries for those that hold exactly these; no row is changed. What differs is named and stays foreign. The"
          " exit code is 3 where only some were adopted, and 4 where none was and a figure differs. With --take-over it"
          " is about the state store instead: for when the one that published the tables is lost. What that left half"
          " published shows as damaged or, where it was new, foreign in the next plan; gapless backfill --take-over"
          " recomputes both.",
      .arguments = {},
      .options = selection_options(),
      .examples = {{"gapless adopt --from 2026-01-01 --to 2026-03-31", "what was published before there was gapless"},
                   {"gapless adopt --take-over", "after state.sqlite was lost"}},
      .needs = Needs::kConfiguration,
      .run = run_adopt};
  command.options.push_back(
      {.name = "--take-over", .help = "make this state store the warehouse's keeper, whichever was; adopts no rows"});
  return command;
}

}  // namespace gapless
