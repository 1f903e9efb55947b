#include "cli/verify_job.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/progress.h"
#include "cli/wording.h"

namespace gapless {
namespace {

Result<Verification> compare(const VerifyJob& job, const RunRecord& record, const std::vector<CellFacts>& cells) {
  std::optional<ProgressDisplay> progress;
  if (!job.call.output.is_quiet())
    progress.emplace(job.call.output.console(), "verify", ProgressState::Unit::kDays, ProgressDisplay::Lines::kNone);
  VerifyOptions options{.tolerance_percent = job.request.verify->tolerance_percent};
  options.stopping = [&] {
    const auto asked = job.figures.store->heartbeat(record.id);
    return job.call.services.stop().stop_requested() || (asked && *asked);
  };
  options.on_day = [&](Day day, std::size_t done, std::size_t total) {
    if (progress) progress->update(done, total, day.to_string());
    if (const RunEvents* also = job.call.origin.also_tell; also != nullptr && also->on_step)
      also->on_step(day, "verify");
  };
  return verify(*job.figures.warehouse, cells, options, job.call.services.limits());
}

/// The plan with these cells alone to recompute.
Plan repairing(const Plan& plan, const std::set<Cell>& differing) {
  Plan repair = plan;
  for (PlannedCell& planned : repair.cells) {
    const bool differs = differing.contains(planned.cell());
    planned.judgement.action = differs ? Action::kRecompute : Action::kNone;
    if (differs) planned.judgement.why = "differs from the source";
  }
  return repair;
}

/// Looks at these cells anew, and compares those that can be.
Result<Verification> compare_again(const VerifyJob& job, const RunRecord& record, const std::set<Cell>& cells) {
  ExaminationRequest look = job.request.look;
  look.window.days = {cells.begin()->day, cells.begin()->day};
  Teams teams;
  for (const Cell& cell : cells) {
    look.window.days = {std::min(look.window.days.first, cell.day), std::max(look.window.days.last, cell.day)};
    teams.push_back(cell.team);
  }
  look.asked_for = unique_teams(std::move(teams));
  GAPLESS_ASSIGN(const Examination examination, examine(job.call.services, job.call.output, look));
  ToVerify chosen = cells_to_verify(examination.plan, {});
  std::erase_if(chosen.cells, [&](const CellFacts& facts) { return !cells.contains(facts.cell); });
  return compare(job, record, chosen.cells);
}

Status repair(const VerifyJob& job, const RunRecord& record, const Examination& examination, VerifyReport& report) {
  const std::set<Cell> differing = report.verification.differing();
  const RunIdentity identity{make_run_id(job.call.services.clock().now()), "manual", job.call.origin.trigger};
  GAPLESS_ASSIGN(RunReport run,
                 job.figures.executor->run(repairing(examination.plan, differing), identity, job.request.executor, {}));
  GAPLESS_ASSIGN(Verification again, compare_again(job, record, differing));
  report.repair = VerifyReport::Repair{std::move(report.verification.found), std::move(run)};
  report.verification.found = std::move(again.found);
  return {};
}

/// "3 of 20 cells differ from the source: team 1 on 2026-03-01, …"
std::string difference_text(const Verification& verification) {
  constexpr std::size_t kNamed = 10;
  const std::set<Cell> differing = verification.differing();
  std::vector<std::string> named;
  for (const Cell& cell : differing)
    if (named.size() < kNamed) named.push_back(fmt::format("team {} on {}", cell.team.value(), cell.day.to_string()));
  return fmt::format("{} of {} differ from the source: {}{}", grouped(differing.size()),
                     counted(verification.cells, "cell", "cells"), fmt::join(named, ", "),
                     differing.size() > named.size() ? ", …" : "");
}

std::string why_nothing(const Examination& examination, const VerifyReport& report) {
  if (report.verification.cells + report.verification.changed_meanwhile.size() > 0) return "";
  if (!examination.plan.why_nobody.empty()) return examination.plan.why_nobody;
  if (report.left_out.empty()) return "no cell of the window is published";
  std::vector<std::string> parts;
  for (const auto& [state, cells] : report.left_out) parts.push_back(fmt::format("{} {}", grouped(cells), name(state)));
  return fmt::format("no cell can be compared: {}", fmt::join(parts, ", "));
}

void put_into(RunRecord& record, const VerifyReport& report, Instant now) {
  const Verification& verification = report.verification;
  const std::size_t different = verification.differing().size();
  std::set<Cell> found = verification.differing();
  if (report.repair)
    for (const Finding& one : report.repair->found) found.insert(one.cell());
  record.cells_planned = verification.cells;
  record.cells_by_state = {{"equal", verification.cells - found.size()}, {"different", different}};
  if (report.repair) {
    record.cells_by_state["repaired"] = found.size() - different;
    record.cells_recomputed = report.repair->run.cells_recomputed;
    record.reason = fmt::format("{} differed and {} recomputed by run {}", counted(found.size(), "cell", "cells"),
                                found.size() == 1 ? "was" : "were", report.repair->run.run_id);
  }
  record.status = RunStatus::kSucceeded;
  if (!report.why_nothing.empty()) {
    record.status = RunStatus::kNothingToDo;
    record.reason = report.why_nothing;
  }
  if (report.differs()) {
    record.status = RunStatus::kFailed;
    record.error = difference_text(verification);
  }
  record.finished_at = now;
}

}  // namespace

Result<VerifyReport> verify_cells(const VerifyJob& job, RunRecord& record, const Examination& examination) {
  const VerifyRequest& wanted = *job.request.verify;
  ToVerify chosen = cells_to_verify(examination.plan, wanted.states);
  VerifyReport report{.run_id = record.id, .window = examination.plan.window, .left_out = std::move(chosen.left_out)};
  report.cells_to_choose_from = chosen.cells.size();
  if (wanted.sample > 0 && wanted.sample < chosen.cells.size()) {
    std::mt19937_64 random(std::random_device{}());
    chosen.cells = sampled(std::move(chosen.cells), wanted.sample, random);
  }
  record.teams = examination.plan.teams.size();
  GAPLESS_ASSIGN(report.verification, compare(job, record, chosen.cells));
  if (wanted.repair && report.differs()) GAPLESS_TRY(repair(job, record, examination, report));
  report.why_nothing = why_nothing(examination, report);
  put_into(record, report, job.call.services.clock().now());
  return report;
}

}  // namespace gapless
