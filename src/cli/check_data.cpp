#include "cli/check_data.h"

#include <fmt/format.h>

#include <set>

#include "cli/wording.h"
#include "warehouse/partitioning.h"

namespace gapless {

std::string on_shard(const Services& services, std::uint32_t shard) {
  const std::vector<std::string> servers = services.settings().servers();
  return servers.size() < 2 ? "" : fmt::format("shard {} ({}): ", shard, servers[shard]);
}

namespace {

std::string source_name(const Settings& settings) {
  if (!settings.source_query.empty()) return "source.query";
  return fmt::format("{}.{}", settings.source.database.value_or(settings.database).text(),
                     settings.source.table.text());
}

std::string describe(const RunRecord& run) {
  return fmt::format("{} ({}) {}: {}", run.id, run.job,
                     format_instant(std::chrono::floor<std::chrono::seconds>(run.started_at)), name(run.status));
}

void check_last_run(StateStore& store, CheckList& checks) {
  const auto runs = store.runs(1);
  if (!runs) return checks.fail("last run", runs.error());
  if (runs->empty()) return checks.ok("last run", "none yet");
  const RunRecord& last = runs->front();
  const bool bad =
      last.status == RunStatus::kFailed || last.status == RunStatus::kPartial || last.status == RunStatus::kInterrupted;
  if (!bad) return checks.ok("last run", describe(last));
  checks.warn("last run", describe(last) + (last.error.empty() ? "" : ", " + last.error),
              fmt::format("gapless runs show {} has its steps; gapless backfill does what is left", last.id));
}

void check_journal(StateStore& store, CheckList& checks) {
  const auto journal = store.journal();
  if (!journal) return checks.fail("journal", journal.error());
  if (journal->empty()) return checks.ok("journal", "nothing is left unfinished");
  checks.warn("journal",
              fmt::format("{} left unfinished by runs that stopped", counted(journal->size(), "day was", "days were")),
              "nothing to do: the next plan, backfill or run finishes or discards them first");
}

/// `store`: null where the directory has none.
void check_keeper(Services& services, StateStore* store, CheckList& checks) {
  const auto warehouse = services.warehouse();
  if (!warehouse) return checks.fail("keeper", warehouse.error());
  const auto meta = (*warehouse)->meta(services.limits());
  if (!meta) return checks.fail("keeper", meta.error());
  const auto id = store == nullptr ? Result<std::string>(std::string()) : store->store_id();
  if (!id) return checks.fail("keeper", id.error());
  if (!*meta) return checks.ok("keeper", "nobody has published here yet");
  const std::string& keeper = (*meta)->store_id;
  if (keeper == *id) return checks.ok("keeper", fmt::format("this state store, {}", *id));
  const std::string here =
      store == nullptr ? services.store_place() + " is not there" : fmt::format("this is store {}", *id);
  checks.fail(
      "keeper", fmt::format("the warehouse is kept by store {} (host {}), {}", keeper, (*meta)->host, here),
      fmt::format("point --data, or state.url, at where store {} is, put its state.sqlite back, or, if it is lost:"
                  " gapless adopt --take-over",
                  keeper));
}

/// How a plan is told what changed, and so what it reads.
void check_inventory(Services& services, Warehouse& warehouse, CheckList& checks) {
  const auto inventory = warehouse.source_inventory(services.limits());
  if (!inventory) return checks.fail("inventory", inventory.error());
  if (*inventory)
    return checks.ok("inventory", fmt::format("by parts, {}: a plan reads those that changed",
                                              counted((*inventory)->size(), "partition", "partitions")));
  checks.warn("inventory", "none: every plan reads the days of its window",
              "name the MergeTree tables that events come from in source.tables, if there are any");
}

/// False where the targets of a shard cannot take figures.
bool check_tables_of(Services& services, std::uint32_t shard, CheckList& checks) {
  const std::string where = on_shard(services, shard);
  const auto looks = services.target_tables(shard);
  if (!looks) {
    checks.fail("target tables", where + looks.error().message, "");
    return false;
  }
  std::string engines;
  bool good = true;
  for (const TargetLook& look : *looks) {
    for (const ShapeProblem& problem : look.problems)
      checks.fail("target tables", fmt::format("{}{} {}", where, table_name(look.target), problem.what),
                  problem.remedy);
    good = good && look.problems.empty();
    engines += fmt::format("{}{} ({})", engines.empty() ? "" : ", ", table_name(look.target), look.engine);
  }
  if (!good) return false;
  Partitioning partitioning;
  for (const TargetLook& look : *looks) partitioning.emplace(look.target, look.team_buckets);
  const auto buckets = agreed_buckets(partitioning, services.settings().team_buckets);
  if (!buckets) {
    checks.fail("target tables", where + buckets.error().message, "");
    return false;
  }
  checks.ok("target tables",
            fmt::format("{}{}: as they must be{}", where, engines,
                        buckets->count() == 1 ? "" : fmt::format(", with {} team buckets", buckets->count())));
  return true;
}

/// How the teams are spread over several servers, and what is still to be moved.
void check_shards(Services& services, Warehouse& warehouse, const std::set<Cell>& cells, CheckList& checks) {
  const Shards shards = warehouse.shards();
  if (shards.count() == 1) return;
  std::vector<std::set<TeamId>> teams(shards.count());
  std::uint64_t moving = 0;
  for (const Cell& cell : cells) {
    const std::uint32_t own = shards.shard_of(cell.team);
    teams[own].insert(cell.team);
    moving += own != cell.shard ? 1 : 0;
  }
  for (std::uint32_t shard = 0; shard < shards.count(); ++shard)
    checks.ok("shards", on_shard(services, shard) + counted(teams[shard].size(), "team", "teams"));
  const auto meta = warehouse.meta(services.limits());
  if (!meta) return checks.fail("shards", meta.error());
  if (*meta && (*meta)->shards < shards.count())
    checks.warn("shards",
                fmt::format("the teams were spread over {} until now, and engine.shards names {}",
                            counted((*meta)->shards, "server", "servers"), shards.count()),
                "gapless backfill moves those that are the new ones'; from then on all of them must be named");
  if (moving > 0)
    checks.warn("shards",
                fmt::format("{} of teams that are another shard's now", counted(moving, "cell is", "cells are")),
                "gapless backfill moves them, where the source holds their events");
}

}  // namespace

void check_source(Services& services, CheckList& checks) {
  const std::string table = source_name(services.settings());
  const auto warehouse = services.warehouse();
  if (!warehouse) return checks.fail("source", warehouse.error());
  const auto extent = (*warehouse)->source_extent(services.limits());
  if (!extent)
    return checks.fail("source", fmt::format("{}: {}", table, extent.error().message),
                       "source.table names the table of the raw events");
  if (!extent->days)
    return checks.warn("source", fmt::format("{} holds no events", table), "gapless load FILE brings some");
  checks.ok("source",
            fmt::format("{}: {}, {}", table, counted(extent->events, "event", "events"), extent->days->to_string()));

  check_inventory(services, **warehouse, checks);
  const auto unusable = (*warehouse)->unusable_events(services.limits());
  if (!unusable) return checks.fail("unusable events", unusable.error());
  if (*unusable == 0)
    return checks.ok("unusable events", "none: every event has a team, and a time that days can be made of");
  checks.warn(
      "unusable events",
      fmt::format("{} without a usable team or time: no figure has them", counted(*unusable, "event", "events")),
      "team ids are from 1 to 9223372036854775807, times from 1970-01-03 to 2106-02-04");
}

void check_rights(Services& services, EngineLook engine, CheckList& checks) {
  if (services.settings().servers().empty()) return;
  for (std::uint32_t shard = 0; shard < services.settings().servers().size(); ++shard) {
    const auto look = services.rights(shard);
    if (!look && engine == EngineLook::kClosed) return;  // the check of the engine has said why
    const std::string where = on_shard(services, shard);
    if (!look) return checks.fail("rights", where + look.error().message, "");
    for (const MissingRight& one : look->missing) checks.fail("rights", where + one.why, one.grant);
    for (const RightsLook::NotTried& one : look->not_tried)
      checks.warn("rights", fmt::format("{}{} could not be tried: {}", where, one.name, one.why),
                  look->missing.empty() ? "" : "grant the others first, and look again");
    if (look->missing.empty() && look->not_tried.empty())
      checks.ok("rights", fmt::format("{}all that gapless needs: {} tried", where, look->tried));
  }
}

bool check_target_tables(Services& services, CheckList& checks) {
  bool all_good = true;
  for (std::uint32_t shard = 0; shard < std::max<std::size_t>(services.settings().servers().size(), 1); ++shard)
    all_good = check_tables_of(services, shard, checks) && all_good;
  return all_good;
}

void check_rollup(Services& services, CheckList& checks) {
  const auto warehouse = services.warehouse();
  if (!warehouse) return checks.fail("targets", warehouse.error());
  const Limits limits = services.limits();
  const auto published = (*warehouse)->published_days(limits);
  if (!published) return checks.fail("targets", published.error());
  if (!*published) return checks.ok("targets", "empty: nothing is published yet");
  const auto rows = (*warehouse)->ledger(**published, std::nullopt, limits);
  if (!rows) return checks.fail("ledger", rows.error());
  std::set<Cell> cells;
  std::uint64_t outdated = 0;
  for (const LedgerRow& row : *rows) {
    const bool is_new = cells.insert(row.cell).second;
    if (is_new && row.definition != services.definition().hash()) ++outdated;
  }
  checks.ok("targets", (*published)->to_string());
  check_shards(services, **warehouse, cells, checks);
  if (outdated == 0)
    return checks.ok("ledger", fmt::format("{}, all made by today's definition ({})",
                                           counted(cells.size(), "cell", "cells"), services.definition().hash()));
  checks.warn("ledger",
              fmt::format("{}, {} of them made by another definition than today's ({})",
                          counted(cells.size(), "cell", "cells"), grouped(outdated), services.definition().hash()),
              "gapless plan --explain says what changed; gapless backfill recomputes them");
}

namespace {

void check_store(Services& services, CheckList& checks) {
  constexpr auto kSlow = std::chrono::milliseconds(100);
  const std::string what = fmt::format("{}, {}", services.store_place(), services.store_format());
  const auto round_trip = services.store_round_trip();
  if (!round_trip) return checks.fail("state store", round_trip.error());
  if (!*round_trip) return checks.ok("state store", what);
  const std::string text = fmt::format("{}, a round trip takes {:.1f} ms", what,
                                       std::chrono::duration<double, std::milli>(**round_trip).count());
  if (**round_trip <= kSlow) return checks.ok("state store", text);
  checks.warn("state store", text, "each step of a day takes some round trips: let state.url lead to a server nearby");
}

}  // namespace

void check_state(Services& services, EngineLook engine, CheckList& checks) {
  if (!services.has_store()) {
    const std::string where = services.settings().state_url.empty() ? "" : services.store_place() + ", ";
    checks.ok("state store",
              fmt::format("none yet; the first load or backfill makes it ({}{})", where, services.store_format()));
    if (engine == EngineLook::kOpen) check_keeper(services, nullptr, checks);
    return;
  }
  const auto store = services.store();
  if (!store) return checks.fail("state store", store.error());
  check_store(services, checks);
  check_journal(**store, checks);
  if (engine == EngineLook::kOpen) check_keeper(services, *store, checks);
  check_last_run(**store, checks);
  const auto pause = (*store)->pause(services.clock().now());
  if (!pause)
    checks.fail("pause", pause.error());
  else if (*pause)
    checks.warn(
        "pause",
        fmt::format("paused{}{}", (*pause)->until ? " until " + format_instant(*(*pause)->until) : std::string(),
                    (*pause)->reason.empty() ? "" : ": " + (*pause)->reason),
        "gapless resume");
}

}  // namespace gapless
