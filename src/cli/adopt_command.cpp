#include <fmt/format.h>

#include "cli/commands.h"
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

Result<ExitCode> run_adopt(Invocation& call) {
  if (!call.given.has("--take-over"))
    return fail(Fault::kInvalidInput,
                "adopt does nothing without --take-over, which makes this state store the"
                " warehouse's keeper");
  GAPLESS_ASSIGN(const TakeOverReport report, call.services.take_over());
  call.output.document({{"adopted", 0},
                        {"refused", Json::array()},
                        {"store_id", report.store_id},
                        {"previous_store_id", report.previous ? Json(report.previous->store_id) : Json(nullptr)},
                        {"staging_dropped", report.staging_dropped}});
  call.output.text(adopted_text(report));
  return ExitCode::kDone;
}

}  // namespace

CommandSpec adopt_command() {
  return {.name = "adopt",
          .group = CommandGroup::kOperation,
          .summary = "make this state store the warehouse's keeper",
          .details =
              "For when the state store that published the tables is lost. Its figures stay; its runs are"
              " forgotten. What it left half published shows as damaged or, where it was new, foreign in the next"
              " plan; gapless backfill --take-over recomputes both.",
          .arguments = {},
          .options = {{.name = "--take-over", .help = "take the warehouse over from whichever store keeps it"}},
          .examples = {{"gapless adopt --take-over", "after state.sqlite was lost"}},
          .needs = Needs::kConfiguration,
          .run = run_adopt};
}

}  // namespace gapless
