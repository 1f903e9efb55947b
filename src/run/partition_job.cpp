#include "run/partition_job.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <random>

#include "run/expiry.h"
#include "run/gate.h"
#include "run/moves.h"
#include "run/take_over.h"
#include "run/windows.h"
#include "util/kill_point.h"
#include "util/on_behalf.h"
#include "util/waiting.h"

namespace gapless {
namespace {

bool contains(const Teams& teams, TeamId team) { return std::binary_search(teams.begin(), teams.end(), team); }

const TargetContent* find_content(const std::vector<TargetCell>& cells, TeamId team) {
  for (const TargetCell& cell : cells)
    if (cell.cell.team == team) return &cell.content;
  return nullptr;
}

bool holds_what_was_said(const LedgerRow& row, const std::vector<TargetCell>& live) {
  const TargetContent* content = find_content(live, row.cell.team);
  return holds_what_was_said(content ? *content : TargetContent{}, row);
}

}  // namespace

void TeamsPerStatement::lower_to(std::size_t size) {
  for (std::size_t now = size_.load(); size < now && !size_.compare_exchange_weak(now, size);) {
  }
}

PartitionJob::PartitionJob(RunContext& context, Partition partition, std::vector<const PlannedCell*> cells,
                           LeaseKeeper::Held& lease, std::uint64_t memory_limit_bytes)
    : context_(context),
      warehouse_(context.warehouse.on_shard(partition.shard)),
      partition_(partition),
      cells_(std::move(cells)),
      lease_(lease),
      memory_limit_bytes_(memory_limit_bytes),
      steps_(context.store, context.clock, context.run_id, partition) {}

Limits PartitionJob::limits() const { return {context_.options.statement_timeout, memory_limit_bytes_, lease_.stop()}; }

StagingId PartitionJob::staging() const { return {context_.store_id, lease_.lease().fence, partition_}; }

void PartitionJob::begin_step(std::string_view name, std::uint64_t rows_of_the_last, Teams at_work) {
  steps_.begin(name, rows_of_the_last, std::move(at_work));
  if (context_.events.on_step) context_.events.on_step(partition_.day, name);
}

Status PartitionJob::journal(JournalPhase phase, std::string payload) {
  return context_.store.write_journal({context_.run_id, std::string(kRollup), partition_, lease_.lease().fence, phase,
                                       context_.warehouse_uuid, std::move(payload)});
}

Result<PartitionJob::Live> PartitionJob::look() const {
  Live live;
  const DayRange day{partition_.day, partition_.day};
  GAPLESS_ASSIGN(live.ledger, warehouse_.ledger(day, std::nullopt, limits()));
  std::erase_if(live.ledger,
                [&](const LedgerRow& row) { return !warehouse_.team_buckets().contains(partition_, row.cell); });
  GAPLESS_ASSIGN(live.content, read_partition(warehouse_, context_.store, partition_, context_.definition, limits()));
  return live;
}

Teams PartitionJob::planned_teams() const {
  Teams teams;
  for (const PlannedCell* planned : cells_) teams.push_back(planned->cell().team);
  return unique_teams(std::move(teams));
}

Result<PartitionJob::Windows> PartitionJob::planned_windows() const {
  if (!context_.source_version.empty()) {
    GAPLESS_ASSIGN(const auto version, source_version(context_.warehouse, limits()));
    if (version == context_.source_version) {
      Windows windows;
      for (const PlannedCell* planned : cells_) windows.emplace(planned->cell().team, planned->facts.window);
      return windows;
    }
  }
  return look_at_windows(warehouse_, partition_.day, planned_teams(), limits());
}

bool PartitionJob::is_to_go(TeamId team) const {
  return context_.options.forget || warehouse_.shards().shard_of(team) != partition_.shard;
}

Teams PartitionJob::still_due(const Live& live, const Windows& windows) const {
  if (context_.options.forget) return planned_teams();
  Teams due;
  for (const PlannedCell* planned : cells_) {
    const TeamId team = planned->cell().team;
    const auto done_since = [&](const LedgerRow& row) {
      const bool newer = !planned->facts.entry || row.fence > planned->facts.entry->last_fence();
      return row.cell.team == team && newer && row.definition == context_.definition.hash() &&
             row.window == windows.at(team);
    };
    const auto now = entry_of(live.ledger, team);
    if (is_to_go(team)) {
      if (now || !planned->facts.entry) due.push_back(team);  // somebody may have taken it away since
      continue;
    }
    const bool whole = now && !now->first_incomplete(warehouse_.targets());
    if (!whole || std::none_of(live.ledger.begin(), live.ledger.end(), done_since)) due.push_back(team);
  }
  return due;
}

Result<Teams> PartitionJob::damaged_others(const Live& live, const Teams& due) const {
  if (context_.options.forget) return Teams{};  // they are copied as they are, and remain for a run that recomputes
  std::map<TeamId, std::uint64_t> damaged;      // with the view events that the ledger says
  for (const LedgerRow& row : live.ledger)
    if (!contains(due, row.cell.team) && !is_to_go(row.cell.team) && row.definition == context_.definition.hash() &&
        !holds_what_was_said(row, live.content[static_cast<std::size_t>(row.target)]))
      damaged.emplace(row.cell.team, row.content.measures.view_events);
  if (damaged.empty()) return Teams{};
  GAPLESS_ASSIGN(const SourceExtent source, warehouse_.source_extent(limits()));
  GAPLESS_ASSIGN(const auto published, context_.warehouse.published_days(limits()));
  Teams teams;
  for (const auto& [team, views] : damaged) teams.push_back(team);
  std::map<TeamId, std::uint64_t> views_now;
  if (!expired_because(partition_.day, source, published, context_.options.kept)) {
    GAPLESS_ASSIGN(const auto owned, warehouse_.owned_cells(partition_.day, teams, limits()));
    for (const OwnedCell& cell : owned) views_now[cell.cell.team] = cell.measures.view_events;
  }
  // What the source would halve or empty is left to a run that was asked to (the blast radius), and copied as it is.
  Teams join;
  for (const auto& [team, before] : damaged) {
    const bool can_be_had = views_now[team] > 0 && !shrinks(before, views_now[team]);
    spdlog::warn(
        "run {}: team {} on {} differs from the ledger; {}", context_.run_id, team.value(), partition_.to_string(),
        can_be_had ? "it is recomputed too" : "the source no longer holds it whole, its rows are left as they are");
    if (can_be_had) join.push_back(team);
  }
  return join;
}

Status PartitionJob::for_team_slices(const Teams& teams, const std::function<Status(const Teams&)>& work) const {
  const std::size_t size = std::min(context_.teams_per_statement.get(), teams.size());
  for (std::size_t start = 0; start < teams.size(); start += size) {
    const auto end = std::min(start + size, teams.size());
    GAPLESS_TRY(work(
        Teams(teams.begin() + static_cast<std::ptrdiff_t>(start), teams.begin() + static_cast<std::ptrdiff_t>(end))));
  }
  return {};
}

Status PartitionJob::for_targets(const std::function<Status(Target, const Limits&)>& work) {
  const std::size_t threads = std::clamp<std::size_t>(context_.targets_at_once, 1, targets_.size());
  crowded_ = false;
  Limits bounds = limits();
  bounds.memory_limit_bytes /= threads;
  std::atomic<std::size_t> left = targets_.size();
  const auto take_turns = [&]() -> Status {
    for (std::size_t now = left; now > 0;)
      if (left.compare_exchange_weak(now, now - 1)) {
        GAPLESS_TRY(work(targets_[now - 1], bounds));
        now = left;
      }
    return {};
  };
  std::vector<std::future<Status>> others;
  for (std::size_t i = 1; i < threads; ++i)
    others.push_back(std::async(std::launch::async, [&, whom = working_for] {
      const OnBehalfOf scope(whom);
      return take_turns();
    }));
  Status done = take_turns();
  for (auto& other : others)
    if (Status also = other.get(); !also && done) done = std::move(also);
  crowded_ = threads > 1 && !done;
  return done;
}

Targets PartitionJob::to_publish(const std::vector<OwnedCell>& built, const Live& live) const {
  const Targets& kept = warehouse_.targets();
  const bool all_lack =
      std::ranges::all_of(cells_, [](const PlannedCell* planned) { return planned->judgement.is_lacking_only; });
  if (context_.options.forget || !all_lack) return kept;
  Target first = kept.back();
  for (const OwnedCell& cell : built) {
    const auto entry = entry_of(live.ledger, cell.cell.team);
    const auto lacking = entry ? entry->first_incomplete(kept) : std::nullopt;
    if (!lacking) return kept;  // it joined since it is damaged
    first = std::min(first, *lacking);
    for (const Target target : kept) {
      const auto& row = entry->rows[static_cast<std::size_t>(target)];
      if (target >= *lacking) break;
      if (row->definition != context_.definition.hash() || !(row->owned == cell.owned) ||
          !holds_what_was_said(*row, live.content[static_cast<std::size_t>(target)]))
        return kept;
    }
  }
  Targets targets = kept;
  std::erase_if(targets, [first](Target target) { return target < first; });
  return targets;
}

Result<std::vector<OwnedCell>> PartitionJob::build_sessions(const Teams& teams) {
  std::map<TeamId, OwnedCell> cells;
  for (const TeamId team : teams) cells.emplace(team, OwnedCell{{team, partition_.day, partition_.shard}, {}, {}});
  Teams built_teams = teams;
  std::erase_if(built_teams, [this](TeamId team) { return is_to_go(team); });
  GAPLESS_TRY(for_team_slices(built_teams, [&](const Teams& slice) -> Status {
    GAPLESS_ASSIGN(const auto built, warehouse_.build_sessions(staging(), slice, limits()));
    for (const OwnedCell& cell : built) cells.at(cell.cell.team) = cell;
    return {};
  }));
  kill_point("build.sessions_built");
  std::vector<OwnedCell> built;
  for (const auto& [team, cell] : cells) built.push_back(cell);
  return built;
}

Result<std::vector<OwnedCell>> PartitionJob::build_once(const Teams& teams, const Live& live) {
  crowded_ = false;
  if (staging_exists_) GAPLESS_TRY(warehouse_.drop_staging(staging(), limits()));
  staging_exists_ = true;
  GAPLESS_TRY(warehouse_.create_staging(staging(), limits()));
  kill_point("build.staging_created");
  std::vector<OwnedCell> built;
  if (derivation_) {
    built = derivation_->owned();
    targets_ = {Target::kBreakdowns};
  } else {
    GAPLESS_ASSIGN(built, build_sessions(teams));
    targets_ = to_publish(built, live);
  }
  const auto stage = [&](Target target, const Limits& bounds) -> Status {
    GAPLESS_TRY(for_team_slices(teams, [&](const Teams& slice) {
      const auto all_but = slice.back() == teams.back() ? std::optional(teams) : std::nullopt;
      return derivation_ ? warehouse_.stage_from_wide(staging(), slice, all_but, bounds)
                         : warehouse_.stage_cells(staging(), target, slice, all_but, bounds);
    }));
    kill_point("build.staged_", name(target));
    return {};
  };
  GAPLESS_TRY(for_targets(stage));
  return built;
}

Status PartitionJob::check(const std::vector<OwnedCell>& built, const Live& live, Publication& publication) {
  publication.targets = {};
  GAPLESS_ASSIGN(staged_state_, warehouse_.staged_state(staging(), limits()));
  const auto check_target = [&](Target target, const Limits& bounds) -> Status {
    const auto index = static_cast<std::size_t>(target);
    GAPLESS_ASSIGN(StagedPartition staged, warehouse_.staged(staging(), target, bounds));
    Publication::OfTarget& publishes = publication.targets[index].emplace(Publication::OfTarget{});
    publishes.drop = staged.cells.empty();
    for (const TargetCell& cell : staged.cells) publishes.staged_rows += cell.content.rows;
    staged_[index] = staged.cells;
    return check_gate({target, built, live.content[index], std::move(staged)});
  };
  GAPLESS_TRY(for_targets(check_target));
  GAPLESS_ASSIGN(const PartitionStates now, warehouse_.live_state(partition_, limits()));
  for (const Target target : targets_) {
    const auto index = static_cast<std::size_t>(target);
    if (!now[index]) continue;
    for (const LivePart& part : now[index]->parts) publication.targets[index]->live_parts.push_back(part.name);
  }
  return {};
}

Result<std::vector<OwnedCell>> PartitionJob::build_checked(const Teams& teams, const Live& live,
                                                           Publication& publication) {
  std::mt19937_64 random(std::random_device{}());
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint32_t attempt = 1;;) {
    begin_step("build", 0, teams);
    auto built = build_once(teams, live);
    if (built) {
      begin_step("check", built->size());
      auto good = check(*built, live, publication);
      if (good) {
        kill_point("check.passed");
        return built;
      }
      built = fail(std::move(good.error()));
    }
    const Error& error = built.error();
    if (error.splittable() && crowded_) {
      context_.targets_at_once = 1;
      spdlog::info("run {}: {} did not fit in memory with several targets at once, one after the other from now on",
                   context_.run_id, partition_.to_string());
      steps_.retry();
      continue;
    }
    const std::size_t slice = std::min(context_.teams_per_statement.get(), teams.size());
    if (error.splittable() && slice > 1) {
      context_.teams_per_statement.lower_to((slice + 1) / 2);
      spdlog::info("run {}: {} did not fit in memory with {} teams at once, trying {}", context_.run_id,
                   partition_.to_string(), slice, (slice + 1) / 2);
      steps_.retry();
      continue;
    }
    if (error.splittable())
      return fail(error.fault,
                  fmt::format("{} does not fit in the memory limit even one team at a time; raise limits.memory ({})",
                              partition_.to_string(), error.message),
                  error.code);
    if (!error.retryable() || ++attempt > context_.options.retry.attempts) return built;
    const auto wait = context_.options.retry.delay(attempt, random);
    if (std::chrono::steady_clock::now() + wait > begun + context_.options.retry.max_total) return built;
    spdlog::warn("run {}: {} failed ({}), trying again in {:.1f} s", context_.run_id, partition_.to_string(),
                 error.message, std::chrono::duration<double>(wait).count());
    steps_.retry();
    if (!wait_unless_stopped(wait, lease_.stop())) return fail(Fault::kCancelled, "stopped while waiting to try again");
  }
}

std::string PartitionJob::definition_of(TeamId team) const {
  if (derivation_ == std::nullopt && is_to_go(team)) return std::string(kForgotten);
  return derivation_ ? derivation_->definition(team) : context_.definition.hash();
}

void PartitionJob::fill_ledger(const std::vector<OwnedCell>& built, const Windows& windows, Publication& publication) {
  const Instant now = context_.clock.now();
  std::uint64_t sequence = 0;
  for (const OwnedCell& cell : built)
    for (const Target target : targets_) {
      const TargetContent* staged = find_content(staged_[static_cast<std::size_t>(target)], cell.cell.team);
      LedgerRow row{cell.cell, target,          definition_of(cell.cell.team), {},         cell.owned,
                    {},        context_.run_id, lease_.lease().fence,          ++sequence, now};
      row.window = windows.at(cell.cell.team);
      if (staged) row.content = *staged;
      row.content.measures = cell.measures;
      publication.ledger.push_back(std::move(row));
    }
  publication.definition_text = context_.definition.text();
  publication.team_buckets = warehouse_.team_buckets().count();
}

Status apply_publication(Warehouse& warehouse, const StagingId& staging, const Publication& publication,
                         const std::function<Result<Limits>()>& limits) {
  for (const Target target : targets_of(publication)) {
    GAPLESS_ASSIGN(const Limits bounds, limits());
    kill_point("publish.before_", name(target));
    if (publication.targets[static_cast<std::size_t>(target)]->drop)
      GAPLESS_TRY(warehouse.drop_partition(staging, target, bounds));
    else
      GAPLESS_TRY(warehouse.replace_partition(staging, target, bounds));
    kill_point("publish.after_", name(target));
  }
  GAPLESS_ASSIGN(const Limits bounds, limits());
  kill_point("publish.before_record");
  GAPLESS_TRY(warehouse.record(publication.ledger, Definition(publication.definition_text), bounds));
  kill_point("publish.after_record");
  return {};
}

Status PartitionJob::publish(const Publication& publication) {
  // From here to the end nothing stops it but a lost lease: a second signal or a crash leaves it to recovery.
  const auto bounds = [this]() -> Result<Limits> {
    GAPLESS_ASSIGN(const auto good_for, lease_.confirm());
    return Limits{std::min(context_.options.statement_timeout, good_for), memory_limit_bytes_, {}};
  };
  std::mt19937_64 random(std::random_device{}());
  for (std::uint32_t attempt = 1;;) {
    auto done = apply_publication(warehouse_, staging(), publication, bounds);
    if (done) return {};
    // Redoing all of it is how an unknown outcome is reconciled, since every part of it may be repeated.
    const bool again = done.error().retryable() || done.error().outcome_unknown();
    if (!again || ++attempt > context_.options.retry.attempts) return done;
    steps_.retry();
    const auto wait = std::min<std::chrono::milliseconds>(context_.options.retry.delay(attempt, random),
                                                          context_.options.lease_ttl / 4);
    spdlog::warn("run {}: publishing {} failed ({}), trying again", context_.run_id, partition_.to_string(),
                 done.error().message);
    if (!wait_unless_stopped(wait, {})) return done;
  }
}

Status PartitionJob::check_shrink(const std::vector<OwnedCell>& built) const {
  if (context_.options.allow_shrink) return {};
  for (const PlannedCell* planned : cells_) {
    if (!planned->facts.entry || planned->facts.moved) continue;
    const std::uint64_t before = planned->facts.entry->any().content.measures.view_events;
    // A plan that looked knew what would shrink, and was judged by it.
    const bool known = planned->facts.owned && shrinks(before, planned->facts.owned->measures.view_events);
    for (const OwnedCell& cell : built)
      if (cell.cell == planned->cell() && !known && shrinks(before, cell.measures.view_events))
        return fail(
            Fault::kUnavailable,
            fmt::format(
                "team {} on {} had {} view events and the source now gives {}, which the plan did not see: nothing was"
                " published. Plan again; if the source is right, run with --allow-shrink",
                cell.cell.team.value(), partition_.to_string(), before, cell.measures.view_events));
  }
  return {};
}

Status PartitionJob::check_fits(std::uint64_t bytes_needed) const {
  GAPLESS_ASSIGN(const std::uint64_t free, warehouse_.free_bytes(limits()));
  if (free >= bytes_needed) return {};
  constexpr double kMiB = 1024 * 1024;
  return fail(
      Fault::kUnavailable,
      fmt::format("{} is not begun: its copy may take {:.0f} MiB, and {:.0f} MiB are free on the disk; make room"
                  " and run again",
                  partition_.to_string(), std::ceil(static_cast<double>(bytes_needed) / kMiB),
                  std::floor(static_cast<double>(free) / kMiB)));
}

Result<PartitionJob::Due> PartitionJob::to_recompute(const Live& live) {
  Due due;
  GAPLESS_ASSIGN(due.windows, planned_windows());
  due.teams = still_due(live, due.windows);
  if (!context_.options.forget) {
    GAPLESS_ASSIGN(waiting_, not_there_yet(context_.warehouse, cells_, due.teams, limits()));
    std::erase_if(due.teams, [this](TeamId team) { return contains(waiting_, team); });
  }
  if (due.teams.empty()) return due;
  GAPLESS_ASSIGN(const Teams others, damaged_others(live, due.teams));
  if (others.empty()) return due;
  GAPLESS_ASSIGN(Windows of_others, look_at_windows(warehouse_, partition_.day, others, limits()));
  due.windows.merge(of_others);
  due.teams.insert(due.teams.end(), others.begin(), others.end());
  due.teams = unique_teams(std::move(due.teams));
  return due;
}

Result<PartitionJob::Due> PartitionJob::to_derive(const Live& live) {
  GAPLESS_ASSIGN(derivation_, Derivation::of(planned_teams(), live.ledger, live.content, warehouse_.targets()));
  return Due{derivation_->teams(), derivation_->windows()};
}

Status PartitionJob::execute(DayReport& report, std::uint64_t bytes_needed) {
  begin_step("look", 0, planned_teams());
  GAPLESS_TRY(check_fits(bytes_needed));
  GAPLESS_ASSIGN(const Live live, look());
  // Whether a day is expired goes by the day: its cells are all of one kind.
  const bool derives = cells_.front()->judgement.action == Action::kDerive;
  GAPLESS_ASSIGN(const Due due, derives ? to_derive(live) : to_recompute(live));
  if (due.teams.empty()) {
    steps_.end("done");
    report.status = waiting_.empty() ? DayStatus::kUnchanged : DayStatus::kSkipped;
    if (!waiting_.empty()) report.error = why_they_stay(waiting_);
    return {};
  }

  GAPLESS_TRY(journal(JournalPhase::kBuilding, ""));
  kill_point("build.journal_written");
  Publication publication;
  GAPLESS_ASSIGN(const auto built, build_checked(due.teams, live, publication));
  GAPLESS_TRY(check_shrink(built));
  fill_ledger(built, due.windows, publication);
  if (lease_.stop().stop_requested()) return fail(Fault::kCancelled, "stopped before publishing");

  begin_step("publish", built.size());
  GAPLESS_TRY(check_keeper(warehouse_, context_.store_id, fmt::format("{} is not published", partition_.to_string()),
                           limits()));
  GAPLESS_TRY(lease_.confirm().map([](auto) {}));
  kill_point("publish.before_journal");
  GAPLESS_TRY(journal(JournalPhase::kPublishing, encode(publication)));
  publishing_ = true;
  kill_point("publish.journal_written");
  GAPLESS_TRY(publish(publication));
  GAPLESS_TRY(context_.store.erase_journal(context_.run_id, kRollup, partition_));
  kill_point("publish.journal_erased");
  const Limits bounds{context_.options.statement_timeout, 0, {}};
  if (auto kept =
          keep_published(warehouse_, context_.store, partition_, staged_state_, staged_, context_.definition, bounds);
      !kept)
    spdlog::warn("run {}: what {} holds is read again the next time: {}", context_.run_id, partition_.to_string(),
                 kept.error().message);
  if (auto swept = warehouse_.drop_staging(staging(), bounds); !swept)
    spdlog::warn("run {}: staging of {} is left for the next start to sweep: {}", context_.run_id,
                 partition_.to_string(), swept.error().message);
  kill_point("publish.staging_dropped");
  steps_.end("done", built.size());
  finish(report, built);
  if (!waiting_.empty())
    spdlog::warn("run {}: {}: {}", context_.run_id, partition_.to_string(), why_they_stay(waiting_));
  return {};
}

void PartitionJob::fail_step(const Error& error) {
  steps_.end(error.fault == Fault::kCancelled ? "cancelled" : "failed", 0, error.message);
  if (publishing_) return;  // staging and journal stay: recovery redoes it
  const Limits bounds{context_.options.statement_timeout, 0, {}};
  Status swept = warehouse_.drop_staging(staging(), bounds);
  if (swept) swept = context_.store.erase_journal(context_.run_id, kRollup, partition_);
  if (!swept)
    spdlog::warn("run {}: staging of {} is left for the next start to sweep: {}", context_.run_id,
                 partition_.to_string(), swept.error().message);
}

void PartitionJob::finish(DayReport& report, const std::vector<OwnedCell>& built) {
  report.status = DayStatus::kPublished;
  report.cells = built.size();
  for (const OwnedCell& cell : built) {
    report.measures.view_events += cell.measures.view_events;
    report.measures.sessions += cell.measures.sessions;
    report.measures.bounces += cell.measures.bounces;
    report.measures.duration_seconds += cell.measures.duration_seconds;
  }
}

}  // namespace gapless
