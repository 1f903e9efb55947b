#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/run_job.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

Result<std::size_t> parse_sample(std::string_view text) {
  constexpr std::size_t kMost = 1'000'000;
  const auto cells = parse_number<std::size_t>(text);
  if (!cells || *cells < 1 || *cells > kMost)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a number of cells from 1 to {} (from --sample)", text, kMost));
  return *cells;
}

Result<double> parse_tolerance(std::string_view text) {
  const auto percent = parse_number<double>(text);
  if (!percent || !(*percent >= 0 && *percent <= 100))
    return fail(Fault::kInvalidInput, fmt::format("'{}' is not a percentage from 0 to 100 (from --tolerance)", text));
  return *percent;
}

Result<ExitCode> run_verify(Invocation& call) {
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  if (selection.include_today) window.last_finished = std::max(window.last_finished, window.days.last);
  JobRequest request{"verify", {window, selection.teams, {}}, call.services.executor_options()};
  request.executor.on_conflict = OnConflict::kWait;
  request.verify.emplace();
  request.verify->states = selection.states;
  request.verify->repair = call.given.has("--repair");
  if (const auto text = call.given.value("--sample")) {
    GAPLESS_ASSIGN(request.verify->sample, parse_sample(*text));
  }
  if (const auto text = call.given.value("--tolerance")) {
    GAPLESS_ASSIGN(request.verify->tolerance_percent, parse_tolerance(*text));
  }
  return run_job(call, request);
}

}  // namespace

CommandSpec verify_command() {
  CommandSpec command{
      .name = "verify",
      .group = CommandGroup::kFigures,
      .summary = "compare published figures with the source, group by group",
      .details =
          "Derives every group once more from the raw events, by other statements than those that built it, and names "
          "each figure that differs; the exit code is then 4. Cells whose events changed since are left out: plan "
          "names them. Changes nothing without --repair.",
      .arguments = {},
      .options = selection_options(),
      .examples = {{"gapless verify --days 7", "the last week, every cell"},
                   {"gapless verify --sample 20", "twenty cells of the default window, by chance"},
                   {"gapless verify --days 1 --repair", "yesterday; recompute what differs"}},
      .needs = Needs::kConfiguration,
      .run = run_verify};
  command.options.insert(
      command.options.end(),
      {{.name = "--sample", .value = "N", .help = "only so many cells, chosen by chance"},
       {.name = "--tolerance",
        .value = "PERCENT",
        .help = "hold persons and sessions also against their exact numbers, which uniq may miss by so much"},
       {.name = "--repair", .help = "recompute the cells that differ, and compare them once more"}});
  return command;
}

}  // namespace gapless
