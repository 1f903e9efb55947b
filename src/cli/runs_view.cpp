#include "cli/runs_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/run_view.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

using Align = TextTable::Align;

Tone tone_of_step(const std::string& status) {
  if (status == "failed") return Tone::kBad;
  if (status == "done") return Tone::kGood;
  return Tone::kWarn;
}

std::string shortened(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, text.rfind(' ', most)) + " …";
}

/// ": 3 missing, 1 stale"
std::string by_state(const RunRecord& run) {
  std::vector<std::string> parts;
  for (const auto& [state, cells] : run.cells_by_state) parts.push_back(fmt::format("{} {}", grouped(cells), state));
  return parts.empty() ? "" : fmt::format(": {}", fmt::join(parts, ", "));
}

std::string duration_of(const RunRecord& run) {
  const auto taken = seconds_of(run);
  return taken ? format_seconds(*taken) : "";
}

}  // namespace

std::optional<double> seconds_of(const RunRecord& run) {
  if (!run.finished_at) return std::nullopt;
  return std::chrono::duration<double>(*run.finished_at - run.started_at).count();
}

std::string runs_text(const std::vector<RunRecord>& runs, const Style& style) {
  constexpr std::size_t kLongestError = 80;
  TextTable table(
      {{"run"}, {"job"}, {"status"}, {"started"}, {"time", Align::kRight}, {"cells", Align::kRight}, {"why"}});
  for (const RunRecord& run : runs)
    table.add({run.id,
               run.job,
               {name(run.status), tone_of(run.status)},
               format_instant(std::chrono::floor<std::chrono::seconds>(run.started_at)),
               duration_of(run),
               grouped(run.cells_recomputed),
               shortened(run.error.empty() ? run.reason : run.error, kLongestError)});
  return table.render(style);
}

std::string run_details_text(const RunRecord& run, const std::vector<StepRecord>& steps, const Style& style) {
  std::string text = fmt::format("run {}: {}\n", run.id, style.paint(tone_of(run.status), name(run.status)));
  text += fmt::format("  job      {}, by {} on {} (process {})\n", run.job, run.trigger, run.host, run.pid);
  text += fmt::format("  window   {}, {}\n", run.window, counted(run.teams, "team", "teams"));
  text += run.job == "verify" ? fmt::format("  cells    {} compared{}\n", grouped(run.cells_planned), by_state(run))
                              : fmt::format("  cells    {} of {} recomputed{}\n", grouped(run.cells_recomputed),
                                            grouped(run.cells_planned), by_state(run));
  text += fmt::format("  started  {}\n", format_instant(run.started_at));
  if (run.finished_at)
    text += fmt::format("  ended    {}, after {}\n", format_instant(*run.finished_at), duration_of(run));
  if (!run.error.empty()) text += fmt::format("  error    {}\n", run.error);
  if (!run.reason.empty()) text += fmt::format("  reason   {}\n", run.reason);
  if (steps.empty()) return text;
  TextTable table({{"day"},
                   {"step"},
                   {"status"},
                   {"time", Align::kRight},
                   {"rows", Align::kRight},
                   {"retries", Align::kRight},
                   {"error"}});
  for (const StepRecord& step : steps)
    table.add({step.partition.to_string(),
               step.name,
               {step.status, tone_of_step(step.status)},
               format_seconds(step.seconds),
               grouped(step.rows),
               step.retries == 0 ? "" : std::to_string(step.retries),
               step.error});
  return text + "\n" + table.render(style);
}

Json run_record_json(const RunRecord& run) {
  const auto seconds = seconds_of(run);
  return {{"run_id", run.id},
          {"job", run.job},
          {"status", name(run.status)},
          {"started_at", format_instant(run.started_at)},
          {"finished_at", instant_or_null(run.finished_at)},
          {"seconds", seconds ? Json(*seconds) : Json(nullptr)},
          {"cells_planned", run.cells_planned},
          {"cells_recomputed", run.cells_recomputed},
          {"window", run.window},
          {"teams", run.teams},
          {"trigger", run.trigger},
          {"host", run.host},
          {"pid", run.pid},
          {"error", text_or_null(run.error)},
          {"reason", text_or_null(run.reason)},
          {"cells_by_state", Json(run.cells_by_state)}};
}

Json steps_json(const std::vector<StepRecord>& steps) {
  Json json = Json::array();
  for (const StepRecord& step : steps)
    json.push_back({{"day", step.partition.is_all() ? Json(nullptr) : Json(step.partition.day.to_string())},
                    {"shard", step.partition.is_all() ? Json(nullptr) : Json(step.partition.shard)},
                    {"bucket", step.partition.bucket},
                    {"step", step.name},
                    {"status", step.status},
                    {"started_at", format_instant(step.started_at)},
                    {"seconds", step.seconds},
                    {"rows", step.rows},
                    {"retries", step.retries},
                    {"error", text_or_null(step.error)}});
  return json;
}

}  // namespace gapless
