#include "run/adoption.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "run/in_pieces.h"
#include "run/lease_keeper.h"
#include "run/pause.h"
#include "run/recovery.h"
#include "run/step_log.h"
#include "run/take_over.h"
#include "run/windows.h"
#include "util/counted.h"

namespace gapless {
namespace {

using Contents = std::array<std::map<TeamId, TargetContent>, kTargets.size()>;

/// The foreign cells of one partition, from a lease in hand to their entries.
class AdoptionOfPartition {
 public:
  AdoptionOfPartition(const AdoptionContext& context, const Partition& partition, const std::set<TeamId>& teams,
                      LeaseKeeper::Held& lease, Adoption& adoption)
      : context_(context),
        warehouse_(context.warehouse.on_shard(partition.shard)),
        partition_(partition),
        day_(partition.day),
        teams_(teams),
        lease_(lease),
        adoption_(adoption) {}

  /// Errors: why nothing could be adopted; no entry was written.
  Status run(const std::function<void(std::string_view)>& begin_step) {
    begin_step("look");
    GAPLESS_TRY(warehouse_.check_partitioning(limits()));
    GAPLESS_TRY(leave_out_what_has_an_entry());
    GAPLESS_ASSIGN(const Contents before, contents());
    leave_out_repeated_keys(before);
    if (teams_.empty()) return {};
    // Window before owned: what arrives in between is seen as a change by the next plan.
    GAPLESS_ASSIGN(const auto windows, look_at_windows(warehouse_, day_, all(), limits()));
    GAPLESS_ASSIGN(const auto owned, look_at_owned());
    begin_step("compare");
    GAPLESS_TRY(compare(windows));
    GAPLESS_ASSIGN(const Contents after, contents());
    std::vector<LedgerRow> rows;
    for (const TeamId team : all()) add_entry(team, windows, owned, before, after, rows);
    if (rows.empty()) return {};
    begin_step("record");
    return record(rows);
  }

  const std::set<TeamId>& teams() const { return teams_; }

 private:
  Limits limits() const {
    return {context_.options.statement_timeout, context_.options.memory_limit_bytes, lease_.stop()};
  }
  Teams all() const { return {teams_.begin(), teams_.end()}; }
  Cell cell_of(TeamId team) const { return {team, day_, partition_.shard}; }

  void refuse(TeamId team, RefusalReason reason, std::string why, std::vector<Finding> found = {}) {
    teams_.erase(team);
    adoption_.refused.push_back({cell_of(team), reason, std::move(why), std::move(found)});
  }

  /// Published by another run since the plan was made.
  Status leave_out_what_has_an_entry() {
    GAPLESS_ASSIGN(const auto ledger, warehouse_.ledger({day_, day_}, all(), limits()));
    for (const LedgerRow& row : ledger)
      if (teams_.contains(row.cell.team))
        refuse(row.cell.team, RefusalReason::kUnproven, fmt::format("run {} has published it meanwhile", row.run_id));
    return {};
  }

  Result<Contents> contents() const {
    Contents contents;
    for (const Target target : warehouse_.targets()) {
      GAPLESS_ASSIGN(const auto cells, warehouse_.target_content(target, {day_, day_}, all(), limits()));
      for (const TargetCell& cell : cells) contents[static_cast<std::size_t>(target)][cell.cell.team] = cell.content;
    }
    return contents;
  }

  /// A published cell holds each key once, so that it can be read without FINAL and counted.
  void leave_out_repeated_keys(const Contents& contents) {
    for (const Target target : warehouse_.targets())
      for (const auto& [team, content] : contents[static_cast<std::size_t>(target)])
        if (content.rows == content.keys)
          continue;
        else if (target == Target::kBreakdowns)
          lacks_narrow_.insert(team);
        else if (teams_.contains(team))
          refuse(
              team, RefusalReason::kUnproven,
              fmt::format("{} has {} of {}: each must stand there once; merge them with OPTIMIZE TABLE … PARTITION {} "
                          "FINAL where the engine does that, or gapless backfill --take-over",
                          table_name(target), counted(content.rows, "row", "rows"),
                          counted(content.keys, "group", "groups"), partition_in_sql()));
  }

  std::string partition_in_sql() const {
    const TeamBuckets buckets = warehouse_.team_buckets();
    const std::string id = buckets.partition_id(partition_);
    return buckets.count() == 1 ? id : fmt::format("ID '{}'", id);
  }

  Result<std::map<TeamId, OwnedCell>> look_at_owned() const {
    GAPLESS_ASSIGN(const auto cells, in_pieces<OwnedCell>(all(), [this](const Teams& some) {
                     return warehouse_.owned_cells(day_, some, limits());
                   }));
    std::map<TeamId, OwnedCell> owned;
    for (const OwnedCell& cell : cells) owned.emplace(cell.cell.team, cell);
    return owned;
  }

  Status compare(const std::map<TeamId, Fingerprint>& windows) {
    std::vector<CellFacts> cells;
    for (const TeamId team : teams_) {
      CellFacts facts(cell_of(team));
      facts.window = windows.at(team);
      cells.push_back(std::move(facts));
    }
    GAPLESS_ASSIGN(const Verification seen, verify(warehouse_, cells, {}, limits()));
    for (const Cell& cell : seen.changed_meanwhile)
      refuse(cell.team, RefusalReason::kUnproven, "its events changed while it was compared; adopt it again");
    std::map<TeamId, std::vector<Finding>> differing;
    for (const Finding& one : seen.found)
      if (one.target == Target::kBreakdowns)
        lacks_narrow_.insert(one.cell().team);
      else
        differing[one.cell().team].push_back(one);
    for (auto& [team, found] : differing) {
      std::uint64_t figures = 0;
      for (const Finding& one : found) figures += one.differences.count;
      refuse(team, RefusalReason::kDiffers,
             fmt::format("{} from the source",
                         figures == 1 ? std::string("1 figure differs") : fmt::format("{} figures differ", figures)),
             std::move(found));
    }
    adoption_.merged_since += seen.merged_since;
    return {};
  }

  /// The rows of the targets, where they hold what was compared.
  void add_entry(TeamId team, const std::map<TeamId, Fingerprint>& windows, const std::map<TeamId, OwnedCell>& owned,
                 const Contents& before, const Contents& after, std::vector<LedgerRow>& rows) {
    const auto found = owned.find(team);
    const OwnedCell cell = found == owned.end() ? OwnedCell{cell_of(team), {}, {}} : found->second;
    std::vector<LedgerRow> all;
    for (const Target target : warehouse_.targets()) {
      if (target == Target::kBreakdowns && lacks_narrow_.contains(team)) continue;
      const auto index = static_cast<std::size_t>(target);
      const auto content_in = [&](const Contents& contents) {
        const auto content = contents[index].find(team);
        return content == contents[index].end() ? TargetContent{} : content->second;
      };
      LedgerRow row{.cell = cell.cell,
                    .target = target,
                    .definition = context_.definition.hash(),
                    .window = windows.at(team),
                    .owned = cell.owned,
                    .content = content_in(after),
                    .run_id = context_.run_id,
                    .fence = lease_.lease().fence,
                    .sequence = rows.size() + all.size() + 1,
                    .published_at = context_.clock.now()};
      row.content.measures = cell.measures;
      const bool as_it_was = content_in(before) == content_in(after);
      if (!as_it_was || !holds_what_was_said(content_in(after), row))
        return refuse(team, RefusalReason::kUnproven,
                      fmt::format("{} changed while it was compared; adopt it again", table_name(target)));
      all.push_back(std::move(row));
    }
    adoption_.view_events += cell.measures.view_events;
    rows.insert(rows.end(), all.begin(), all.end());
  }

  Status record(const std::vector<LedgerRow>& rows) {
    GAPLESS_ASSIGN(const std::string store_id, context_.store.store_id());
    GAPLESS_TRY(check_keeper(warehouse_, store_id, fmt::format("{} is not adopted", partition_.to_string()), limits()));
    GAPLESS_ASSIGN(const auto good_for, lease_.confirm());
    return warehouse_.record(rows, context_.definition,
                             {std::min(context_.options.statement_timeout, good_for), 0, {}});
  }

  const AdoptionContext& context_;
  Warehouse& warehouse_;  ///< of the partition's shard
  const Partition partition_;
  const Day day_;
  std::set<TeamId> teams_;
  /// Whose rows in the narrow target are missing or wrong: it is gapless's own, and built where a cell lacks it.
  std::set<TeamId> lacks_narrow_;
  LeaseKeeper::Held& lease_;
  Adoption& adoption_;
};

void refuse_all(Adoption& adoption, const Partition& partition, const std::set<TeamId>& teams, RefusalReason reason,
                const std::string& why) {
  for (const TeamId team : teams) adoption.refused.push_back({{team, partition.day, partition.shard}, reason, why});
}

Status adopt_partition(const AdoptionContext& context, LeaseKeeper& keeper, const Partition& partition,
                       const std::set<TeamId>& teams, const std::function<void(std::string_view)>& tell,
                       Adoption& adoption) {
  GAPLESS_ASSIGN(const auto paused, paused_because(context.store, context.clock.now()));
  if (paused) {
    refuse_all(adoption, partition, teams, RefusalReason::kHeld, *paused);
    return {};
  }
  GAPLESS_ASSIGN(auto taken, keeper.take(partition));
  if (const auto* held = std::get_if<LeaseHeld>(&taken)) {
    refuse_all(adoption, partition, teams, RefusalReason::kHeld,
               fmt::format("the day is held by run {} until {}", held->holder, format_instant(held->expires_at)));
    return {};
  }
  const auto lease = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(taken));
  StepLog steps(context.store, context.clock, context.run_id, partition);
  const Adoption so_far = adoption;
  AdoptionOfPartition work(context, partition, teams, *lease, adoption);
  Status done = resolve_left_over(context.warehouse, context.store, partition, context.run_id, *lease, context.options)
                    .map([](bool) {});
  if (done)
    done = work.run([&](std::string_view step) {
      steps.begin(step);
      tell(step);
    });
  if (done) {
    steps.end("done", work.teams().size());
    for (const TeamId team : work.teams()) adoption.adopted.push_back({team, partition.day, partition.shard});
    spdlog::info("run {}: {}: {} adopted, {} refused", context.run_id, partition.to_string(), work.teams().size(),
                 teams.size() - work.teams().size());
    return {};
  }
  const Error& error = done.error();
  const bool is_stop = error.fault == Fault::kCancelled && keeper.stopping();
  steps.end(is_stop ? "cancelled" : "failed", 0, error.message);
  if (is_stop) return done;
  adoption = so_far;
  refuse_all(adoption, partition, teams, RefusalReason::kFailed, error.message);
  return {};
}

}  // namespace

ToAdopt cells_to_adopt(const Plan& plan, const std::set<CellState>& states) {
  ToAdopt chosen;
  for (const PlannedCell& planned : plan.cells) {
    const CellState state = planned.judgement.state;
    if (planned.facts.entry || !planned.facts.has_target_rows()) continue;
    if (!states.empty() && !states.contains(state)) continue;
    if (state == CellState::kForeign && planned.facts.moved)
      chosen.refused.push_back({planned.cell(), RefusalReason::kUnproven,
                                fmt::format("the team is shard {}'s: it is built there", planned.facts.moved->to)});
    else if (state == CellState::kForeign)
      chosen.cells.push_back(planned.facts);
    else if (state == CellState::kExpired)
      chosen.refused.push_back(
          {planned.cell(), RefusalReason::kUnproven, "cannot be compared: " + planned.judgement.why});
  }
  return chosen;
}

Result<Adoption> adopt(const AdoptionContext& context, const std::vector<CellFacts>& cells) {
  const TeamBuckets buckets = context.warehouse.team_buckets();
  std::map<Partition, std::set<TeamId>> partitions;
  for (const CellFacts& facts : cells) partitions[buckets.partition_of(facts.cell)].insert(facts.cell.team);
  Adoption adoption;
  if (!cells.empty())
    GAPLESS_TRY(claim_shards(context.warehouse, {context.options.statement_timeout, 0, context.options.stop})
                    .map([](const std::string&) {}));
  LeaseKeeper keeper(context.store, context.run_id, context.options.lease_ttl, context.options.stop);
  std::size_t done = 0;
  for (const auto& [partition, teams] : partitions) {
    if (keeper.stopping())
      return fail(Fault::kCancelled,
                  fmt::format("stopped after {} of {} {}; what was adopted until then stays so", done,
                              partitions.size(), buckets.count() == 1 ? "days" : "partitions"));
    const auto tell = [&, day = partition.day](std::string_view step) {
      if (context.on_step) context.on_step(day, step, done, partitions.size());
    };
    GAPLESS_TRY(adopt_partition(context, keeper, partition, teams, tell, adoption));
    ++done;
  }
  std::ranges::sort(adoption.refused, {}, &Refusal::cell);
  return adoption;
}

}  // namespace gapless
