#include "cli/adopt_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/progress.h"
#include "cli/text_table.h"
#include "cli/verify_view.h"
#include "cli/wording.h"
#include "util/timing.h"

namespace gapless {
namespace {

std::string_view name_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kDiffers: return "differs";
    case RefusalReason::kUnproven: return "unproven";
    case RefusalReason::kHeld: return "held";
    case RefusalReason::kFailed: return "failed";
  }
  return "failed";
}

/// Why there is no cell to adopt, and where rows are that the window leaves out.
Result<std::string> why_nothing_to_adopt(const AdoptJob& job, const Examination& examination) {
  const DayRange window = examination.window.days;
  if (!examination.plan.why_nobody.empty()) return examination.plan.why_nobody;
  std::string why = fmt::format("every row of {} is gapless's own", window.to_string());
  GAPLESS_ASSIGN(const auto published, job.figures.warehouse->published_days(job.call.services.limits()));
  if (published && (published->first < window.first || published->last > window.last))
    why += fmt::format("; the targets go from {} to {}: gapless adopt --from {} --to {}", published->first.to_string(),
                       published->last.to_string(), published->first.to_string(), published->last.to_string());
  return why;
}

/// "2 of 3 cells stay foreign: team 1 on 2026-03-01 (2 figures differ from the source)".
std::string refused_text(const Adoption& adoption) {
  const Refusal& first = adoption.refused.front();
  return fmt::format("{} of {} stay foreign: team {} on {} ({}){}", grouped(adoption.refused.size()),
                     counted(adoption.adopted.size() + adoption.refused.size(), "cell", "cells"),
                     first.cell.team.value(), first.cell.day.to_string(), first.why,
                     adoption.refused.size() > 1 ? ", …" : "");
}

void put_into_record(RunRecord& record, const AdoptReport& report, const Examination& examination, Instant now) {
  const Adoption& adoption = report.adoption;
  record.teams = examination.plan.teams.size();
  record.cells_planned = adoption.adopted.size() + adoption.refused.size();
  record.cells_by_state = {{"adopted", adoption.adopted.size()}, {"refused", adoption.refused.size()}};
  record.status = report.status();
  record.reason = report.why_nothing;
  if (!adoption.refused.empty())
    (record.status == RunStatus::kSkipped ? record.reason : record.error) = refused_text(adoption);
  record.finished_at = now;
}

}  // namespace

RunStatus AdoptReport::status() const {
  if (adoption.refused.empty()) return adoption.adopted.empty() ? RunStatus::kNothingToDo : RunStatus::kSucceeded;
  if (!adoption.adopted.empty()) return RunStatus::kPartial;
  const bool all_held =
      std::ranges::all_of(adoption.refused, [](const Refusal& one) { return one.reason == RefusalReason::kHeld; });
  return all_held ? RunStatus::kSkipped : RunStatus::kFailed;
}

ExitCode AdoptReport::exit_code() const {
  const bool differs =
      std::ranges::any_of(adoption.refused, [](const Refusal& one) { return one.reason == RefusalReason::kDiffers; });
  return status() == RunStatus::kFailed && differs ? ExitCode::kDifferent : exit_code_of(status());
}

Result<AdoptReport> adopt_cells(const AdoptJob& job, RunRecord& record, const Examination& examination) {
  const auto started = std::chrono::steady_clock::now();
  ToAdopt chosen = cells_to_adopt(examination.plan, job.request.adopt->states);
  std::optional<ProgressDisplay> progress;
  if (!job.call.output.is_quiet())
    progress.emplace(job.call.output.console(), "adopt",
                     unit_of(examination.plan.team_buckets, examination.plan.shards), ProgressDisplay::Lines::kNone);
  AdoptionContext context{*job.figures.warehouse,         *job.figures.store,   job.call.services.clock(),
                          job.call.services.definition(), job.request.executor, record.id};
  context.on_step = [&](Day day, std::string_view step, std::size_t done, std::size_t total) {
    if (progress) progress->update(done, total, fmt::format("{} {}", day.to_string(), step));
    if (const RunEvents* also = job.call.origin.also_tell; also != nullptr && also->on_step) also->on_step(day, step);
  };
  AdoptReport report{.run_id = record.id, .window = examination.plan.window};
  GAPLESS_ASSIGN(report.adoption, adopt(context, chosen.cells));
  std::vector<Refusal>& refused = report.adoption.refused;
  std::move(chosen.refused.begin(), chosen.refused.end(), std::back_inserter(refused));
  std::ranges::sort(refused, {}, &Refusal::cell);
  if (report.status() == RunStatus::kNothingToDo) {
    GAPLESS_ASSIGN(report.why_nothing, why_nothing_to_adopt(job, examination));
  }
  report.seconds = seconds_since(started);
  put_into_record(record, report, examination, job.call.services.clock().now());
  return report;
}

std::string adopt_text(const AdoptReport& report, const Style& style) {
  const Adoption& adoption = report.adoption;
  if (!report.why_nothing.empty()) return "nothing to adopt: " + report.why_nothing + "\n";
  std::string text;
  std::vector<Finding> found;
  TextTable table({{"day"}, {"team", TextTable::Align::kRight}, {"refused because"}});
  for (const Refusal& one : adoption.refused) {
    table.add({one.cell.day.to_string(), one.cell.team.to_string(), one.why});
    found.insert(found.end(), one.found.begin(), one.found.end());
  }
  if (!adoption.refused.empty()) text += table.render(style) + "\n";
  if (!found.empty()) text += findings_table(found, style) + "\n";
  if (adoption.merged_since > 0)
    text += fmt::format("{} in order but for persons who were merged since; backfill --force looks them up again\n",
                        counted(adoption.merged_since, "cell is", "cells are"));
  text += style.paint(
              adoption.refused.empty() ? Tone::kGood : Tone::kBad,
              fmt::format("{} adopted: {} as the source has them; {} foreign",
                          counted(adoption.adopted.size(), "cell", "cells"),
                          counted(adoption.view_events, "view event", "view events"),
                          adoption.refused.empty()       ? std::string("none stays")
                          : adoption.refused.size() == 1 ? std::string("1 stays")
                                                         : fmt::format("{} stay", grouped(adoption.refused.size())))) +
          fmt::format("  (run {})\n", report.run_id);
  if (!adoption.refused.empty())
    text += "gapless backfill --take-over recomputes what stays, where the source still holds its events\n";
  return text;
}

Json adopt_json(const AdoptReport& report) {
  Json refused = Json::array();
  for (const Refusal& one : report.adoption.refused)
    refused.push_back({{"team_id", one.cell.team.value()},
                       {"day", one.cell.day.to_string()},
                       {"reason", name_of(one.reason)},
                       {"why", one.why},
                       {"differences", findings_json(one.found)}});
  return {{"run_id", report.run_id},
          {"window", to_json(report.window)},
          {"adopted", report.adoption.adopted.size()},
          {"refused", std::move(refused)},
          {"view_events", report.adoption.view_events},
          {"cells_merged_since", report.adoption.merged_since},
          {"seconds", report.seconds}};
}

}  // namespace gapless
