#include "run/journal.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace gapless {
namespace {

using Json = nlohmann::json;

Json to_json(const LedgerRow& row) {
  const Measures& measures = row.content.measures;
  return {{"team_id", row.cell.team.value()},
          {"day", row.cell.day.to_string()},
          {"shard", row.cell.shard},
          {"target", name(row.target)},
          {"definition", row.definition},
          {"window", {row.window.events, row.window.hash}},
          {"owned", {row.owned.events, row.owned.hash}},
          {"measures", {measures.view_events, measures.sessions, measures.bounces}},
          {"duration_seconds", measures.duration_seconds},
          {"keys", {row.content.keys, row.content.key_hash}},
          {"run_id", row.run_id},
          {"fence", row.fence},
          {"sequence", row.sequence},
          {"published_at_micros", row.published_at.time_since_epoch().count()}};
}

Result<LedgerRow> from_json(const Json& json) {
  GAPLESS_ASSIGN(const TeamId team, TeamId::from(json.at("team_id").get<std::uint64_t>(), "the journal"));
  GAPLESS_ASSIGN(const Day day, Day::parse(json.at("day").get<std::string>(), "the journal"));
  const auto target = parse_target(json.at("target").get<std::string>());
  if (!target) return fail(Fault::kCorrupt, "the journal names an unknown target");
  LedgerRow row{{team, day, json.value("shard", std::uint32_t{0})},
                *target,
                json.at("definition"),
                {},
                {},
                {},
                json.at("run_id"),
                0,
                0,
                {}};
  row.window = {json.at("window").at(0), json.at("window").at(1)};
  row.owned = {json.at("owned").at(0), json.at("owned").at(1)};
  const Json& measures = json.at("measures");
  row.content.measures = {measures.at(0), measures.at(1), measures.at(2), json.at("duration_seconds")};
  row.content.keys = json.at("keys").at(0);
  row.content.key_hash = json.at("keys").at(1);
  row.content.rows = row.content.keys;
  row.fence = json.at("fence");
  row.sequence = json.at("sequence");
  row.published_at = Instant(std::chrono::microseconds(json.at("published_at_micros").get<std::int64_t>()));
  return row;
}

}  // namespace

Targets targets_of(const Publication& publication) {
  Targets targets = all_targets();
  std::erase_if(targets, [&](Target target) { return !publication.targets[static_cast<std::size_t>(target)]; });
  return targets;
}

std::string encode(const Publication& publication) {
  Json json = {{"version", 1},
               {"definition", publication.definition_text},
               {"team_buckets", publication.team_buckets},
               {"targets", Json::object()},
               {"ledger", Json::array()}};
  for (const Target target : targets_of(publication)) {
    const auto& one = publication.targets[static_cast<std::size_t>(target)];
    json["targets"][std::string(name(target))] = {
        {"drop", one->drop}, {"live_parts", one->live_parts}, {"staged_rows", one->staged_rows}};
  }
  for (const LedgerRow& row : publication.ledger) json["ledger"].push_back(to_json(row));
  return json.dump();
}

Result<Publication> decode_publication(std::string_view payload) {
  try {
    const Json json = Json::parse(payload);
    Publication publication;
    publication.definition_text = json.at("definition");
    publication.team_buckets = json.value("team_buckets", std::uint32_t{0});
    for (const auto& [which, one] : json.at("targets").items()) {
      const auto target = parse_target(which);
      if (!target) return fail(Fault::kCorrupt, "the journal names an unknown target");
      publication.targets[static_cast<std::size_t>(*target)] = {one.at("drop"), one.at("live_parts"),
                                                                one.value("staged_rows", std::uint64_t{0})};
    }
    if (targets_of(publication).empty()) return fail(Fault::kCorrupt, "the journal names no target");
    for (const Json& row : json.at("ledger")) {
      GAPLESS_ASSIGN(LedgerRow parsed, from_json(row));
      publication.ledger.push_back(std::move(parsed));
    }
    return publication;
  } catch (const Json::exception& error) {
    return fail(Fault::kCorrupt, fmt::format("a journal entry cannot be read: {}", error.what()));
  }
}

}  // namespace gapless
