#include "cli/plan_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/evidence.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

bool is_shown(const PlannedCell& planned, const PlanViewOptions& options) {
  if (!options.states.empty() && !options.states.contains(planned.judgement.state)) return false;
  return options.all || planned.judgement.is_due();
}

std::uint64_t due_beyond(const Plan& plan) {
  return static_cast<std::uint64_t>(std::ranges::count_if(plan.cells, [&](const PlannedCell& planned) {
    return planned.judgement.is_due() && !plan.window.contains(planned.cell().day);
  }));
}

Json estimate_json(const Estimate& cost, const std::optional<double>& seconds) {
  return {{"rows_read", cost.rows_read},
          {"bytes_written", cost.bytes_written},
          {"free_bytes_needed", cost.most_bytes},
          {"seconds", seconds ? Json(*seconds) : Json(nullptr)}};
}

std::vector<TextTable::Cell> row_of(const PlannedCell& planned, bool with_shard) {
  const Judgement& judgement = planned.judgement;
  std::vector<TextTable::Cell> row = {planned.cell().day.to_string(), planned.cell().team.to_string()};
  if (with_shard) row.emplace_back(std::to_string(planned.cell().shard));
  row.emplace_back(std::string(name(judgement.state)), tone_of(judgement.state));
  row.emplace_back(judgement.is_due() ? std::string(name(judgement.action)) : "");
  row.emplace_back(judgement.why);
  return row;
}

std::string conclusion(const Examination& examination, const Style& style) {
  const Plan& plan = examination.plan;
  const std::uint64_t cells = plan.cells_due();
  const Estimate cost = estimate(plan);
  std::string text;
  if (cells == 0 && !plan.why_nobody.empty()) {
    text = "nothing to do: " + plan.why_nobody;
  } else if (cells == 0) {
    text = "nothing to recompute";
  } else {
    text = fmt::format("{} on {}, looking at {}", plan.work_in_words(), counted(plan.work(true).size(), "day", "days"),
                       counted(cost.rows_read, "event", "events"));
    text += fmt::format(", writing up to {}", format_bytes(cost.bytes_written));
    if (examination.seconds) text += fmt::format(", in about {}", format_seconds(*examination.seconds));
  }
  text = style.paint(Tone::kStrong, text);
  if (!plan.cells.empty()) text += fmt::format("  ({})", summary_text(plan.summary(), style));
  text += "\n";
  if (const std::uint64_t beyond = due_beyond(plan); beyond > 0)
    text += fmt::format("{} of these {} outside the window: what is published is looked after at any age\n",
                        grouped(beyond), beyond == 1 ? "is" : "are");
  text += acceptance_text(examination);
  if (examination.not_examined > 0)
    text += fmt::format("{} outside the window {} not examined\n",
                        counted(examination.not_examined, "published cell", "published cells"),
                        examination.not_examined == 1 ? "was" : "were");
  for (const auto& [team, day] : examination.older_history)
    text += fmt::format(
        "team {} has view events from {} on, and nothing is built there: backfill.history_days says how far back it"
        " is\n",
        team.value(), day.to_string());
  return text;
}

}  // namespace

std::string explained_text(const Examination& examination, const PlannedCell& planned, const Definition& now,
                           const Style& style) {
  std::string text =
      fmt::format("{}  team {}{}  {}: {}", planned.cell().day.to_string(), planned.cell().team.to_string(),
                  examination.plan.shards.count() == 1 ? "" : fmt::format("  shard {}", planned.cell().shard),
                  style.paint(tone_of(planned.judgement.state), name(planned.judgement.state)), planned.judgement.why);
  if (planned.judgement.is_due()) text += fmt::format(" → {}", name(planned.judgement.action));
  return text + "\n" + evidence_text(planned.facts, examination.plan.targets, now, examination.definition_texts);
}

Json cell_json(const Examination& examination, const PlannedCell& planned, const Definition& now, bool with_evidence) {
  Json cell = {{"team_id", planned.cell().team.value()},
               {"day", planned.cell().day.to_string()},
               {"shard", planned.cell().shard},
               {"state", name(planned.judgement.state)},
               {"action", name(planned.judgement.action)},
               {"why", planned.judgement.why}};
  if (with_evidence)
    cell["evidence"] = evidence_json(planned.facts, examination.plan.targets, now, examination.definition_texts);
  return cell;
}

std::string acceptance_text(const Examination& examination) {
  const Estimate cost = estimate_of_outdated(examination.plan);
  if (cost.cells == 0 || examination.jobs_accept_definition) return "";
  return fmt::format(
      "{} made by another definition: scheduled jobs leave {} alone until gapless backfill --accept-definition, which"
      " looks at {} for {} and writes up to {}\n",
      counted(cost.cells, "cell was", "cells were"), cost.cells == 1 ? "it" : "them",
      counted(cost.rows_read, "event", "events"), cost.cells == 1 ? "it" : "them", format_bytes(cost.bytes_written));
}

Tone tone_of(CellState state) {
  switch (state) {
    case CellState::kFresh: return Tone::kGood;
    case CellState::kStale:
    case CellState::kOutdated: return Tone::kWarn;
    case CellState::kMissing:
    case CellState::kDamaged:
    case CellState::kOrphaned: return Tone::kBad;
    case CellState::kOpen:
    case CellState::kForeign: return Tone::kNotice;
    case CellState::kExpired:
    case CellState::kEmpty: return Tone::kDim;
  }
  return Tone::kPlain;
}

Json summary_json(const std::map<CellState, std::uint64_t>& summary) {
  Json json = Json::object();
  for (const CellState state : kCellStates) {
    const auto found = summary.find(state);
    json[std::string(name(state))] = found == summary.end() ? 0 : found->second;
  }
  return json;
}

std::string summary_text(const std::map<CellState, std::uint64_t>& summary, const Style& style) {
  std::vector<std::string> parts;
  for (const CellState state : kCellStates)
    if (const auto found = summary.find(state); found != summary.end() && found->second > 0)
      parts.push_back(style.paint(tone_of(state), fmt::format("{} {}", grouped(found->second), name(state))));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string plan_text(const Examination& examination, const Definition& now, const PlanViewOptions& options,
                      const Style& style) {
  const Plan& plan = examination.plan;
  std::string text = fmt::format("{}, {}\n", plan.window.to_string(), counted(plan.teams.size(), "team", "teams"));
  std::vector<TextTable::Column> columns = {
      {"day"}, {"team", TextTable::Align::kRight}, {"state"}, {"action"}, {"why"}};
  const bool with_shards = plan.shards.count() > 1;
  if (with_shards) columns.insert(columns.begin() + 2, {"shard", TextTable::Align::kRight});
  TextTable table(std::move(columns));
  std::string explained;
  for (const PlannedCell& planned : plan.cells) {
    if (!is_shown(planned, options)) continue;
    if (options.explain)
      explained += "\n" + explained_text(examination, planned, now, style);
    else
      table.add(row_of(planned, with_shards));
  }
  text += explained;
  if (!table.empty()) text += "\n" + table.render(style);
  return text + "\n" + conclusion(examination, style);
}

Json plan_json(const Examination& examination, const Definition& now, const PlanViewOptions& options) {
  const Plan& plan = examination.plan;
  Json json = {{"window", to_json(plan.window)}, {"teams", Json::array()}, {"cells", Json::array()}};
  for (const TeamId team : plan.teams) json["teams"].push_back(team.value());
  for (const PlannedCell& planned : plan.cells) {
    if (!is_shown(planned, options)) continue;
    json["cells"].push_back(cell_json(examination, planned, now, options.explain));
  }
  json["summary"] = summary_json(plan.summary());
  json["estimate"] = estimate_json(estimate(plan), examination.seconds);
  const Estimate outdated = estimate_of_outdated(plan);
  json["outdated"] = {{"cells", outdated.cells},
                      {"jobs_recompute", examination.jobs_accept_definition},
                      {"rows_read", outdated.rows_read},
                      {"bytes_written", outdated.bytes_written}};
  json["not_examined"] = examination.not_examined;
  json["source"] = {{"events", examination.source.events},
                    {"days", examination.source.days ? to_json(*examination.source.days) : Json(nullptr)}};
  return json;
}

}  // namespace gapless
