#include "cli/evidence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/wording.h"

namespace gapless {
namespace {

std::string hex(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

Json to_json(const Fingerprint& fingerprint) {
  return {{"events", fingerprint.events}, {"hash", hex(fingerprint.hash)}};
}

Json to_json(const Measures& measures) {
  return {{"view_events", measures.view_events},
          {"sessions", measures.sessions},
          {"bounces", measures.bounces},
          {"duration_seconds", measures.duration_seconds}};
}

Json entry_json(const LedgerEntry& entry) {
  const LedgerRow& row = entry.any();
  Json json = to_json(row.content.measures);
  json["window"] = to_json(row.window);
  json["owned"] = to_json(row.owned);
  json["targets"] = Json::object();
  for (const auto& one : entry.rows)
    if (one)
      json["targets"][std::string(table_name(one->target))] = {{"keys", one->content.keys},
                                                               {"key_hash", hex(one->content.key_hash)}};
  json["definition"] = row.definition;
  json["run_id"] = row.run_id;
  json["fence"] = row.fence;
  json["sequence"] = row.sequence;
  json["published_at"] = format_instant(row.published_at);
  return json;
}

/// The keys that changed since the definition that made the entry; none where it is today's, or its text is not known.
std::vector<std::string> changed_keys(const CellFacts& facts, const Definition& now,
                                      const std::map<std::string, std::string>& texts) {
  const LedgerRow* row = facts.entry ? facts.entry->made_by_other_than(now) : nullptr;
  const auto text = row == nullptr ? texts.end() : texts.find(row->definition_hash());
  return text == texts.end() ? std::vector<std::string>() : Definition::changed_keys(text->second, now.text());
}

std::string to_text(const Fingerprint& fingerprint) {
  return fmt::format("{} {}", counted(fingerprint.events, "event", "events"), hex(fingerprint.hash));
}

std::string line(std::string_view what, const std::string& then, const std::string& now) {
  return fmt::format("    {:<11} {:<42} {}\n", what, then, now);
}

std::string keys_text(std::uint64_t keys, std::uint64_t hash, std::uint64_t views) {
  return fmt::format("{} {}, {}", counted(keys, "group", "groups"), hex(hash), counted(views, "view", "views"));
}

}  // namespace

Json evidence_json(const CellFacts& facts, const Targets& kept, const Definition& now,
                   const std::map<std::string, std::string>& texts) {
  Json json;
  json["entry"] = facts.entry ? entry_json(*facts.entry) : Json(nullptr);
  json["window"] = to_json(facts.window);
  json["window"]["day_events"] = facts.day_events;
  json["window"]["day_view_events"] = facts.day_views;
  json["window"]["next_day_view_events"] = facts.next_day_views;
  json["owned"] = nullptr;  // the window is as it was, or there is no entry to compare with: not looked at
  if (facts.owned) {
    json["owned"] = to_json(facts.owned->owned);
    json["owned"].update(to_json(facts.owned->measures));
  }
  json["targets"] = Json::object();
  for (const Target target : kept) {
    const TargetContent& content = facts.content[static_cast<std::size_t>(target)];
    Json one = {{"rows", content.rows}, {"keys", content.keys}, {"key_hash", hex(content.key_hash)}};
    one.update(to_json(content.measures));
    json["targets"][std::string(table_name(target))] = std::move(one);
  }
  json["definition"] = {{"now", now.hash()},
                        {"entry", facts.entry ? Json(facts.entry->any().definition) : Json(nullptr)},
                        {"changed", changed_keys(facts, now, texts)}};
  return json;
}

std::string evidence_text(const CellFacts& facts, const Targets& kept, const Definition& now,
                          const std::map<std::string, std::string>& texts) {
  const LedgerRow* row = facts.entry ? &facts.entry->any() : nullptr;
  std::string text = line(
      "", row == nullptr ? "no ledger entry" : fmt::format("ledger, {}", format_instant(row->published_at)), "now");
  text += line("window", row == nullptr ? "" : to_text(row->window), to_text(facts.window));
  const std::string not_looked = row == nullptr       ? "not looked at: there is no entry"
                                 : facts.is_confirmed ? "not looked at: found unchanged at this window before"
                                                      : "not looked at: the window is as it was";
  text +=
      line("owned", row == nullptr ? "" : to_text(row->owned), facts.owned ? to_text(facts.owned->owned) : not_looked);
  for (const Target target : kept) {
    const auto index = static_cast<std::size_t>(target);
    const auto* said = facts.entry && facts.entry->rows[index] ? &*facts.entry->rows[index] : nullptr;
    const TargetContent& live = facts.content[index];
    text += line(name(target),
                 said == nullptr
                     ? ""
                     : keys_text(said->content.keys, said->content.key_hash, said->content.measures.view_events),
                 keys_text(live.keys, live.key_hash, live.measures.view_events));
  }
  const auto changed = changed_keys(facts, now, texts);
  text += line("definition", row == nullptr ? "" : row->definition,
               now.hash() + (changed.empty() ? "" : fmt::format(" (changed: {})", fmt::join(changed, ", "))));
  return text;
}

}  // namespace gapless
