#include "sql/source.h"

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

std::string day_plus(int days) {
  if (days == 0) return "{day:Date}";
  return "{day:Date} " + std::string(days < 0 ? "-" : "+") + " " + std::to_string(days < 0 ? -days : days);
}

}  // namespace

std::string Source::from() const { return relation.empty() ? table.quoted() + (final_rows ? " FINAL" : "") : relation; }

std::string Source::usable() const { return "team_id BETWEEN 1 AND 9223372036854775807"; }

std::string Source::event_hash(const std::string& session_id) const {
  std::string fields = "uuid, event, timestamp, person_id, " + session_id;
  if (hash_content) fields += ", pathname, " + names(kEntryColumns);
  return "cityHash64(" + fields + ")";
}

Definition web_definition(const Source& source) {
  std::map<std::string, std::string> lines;
  const auto line = [&lines](const std::string& key, const std::string& value) { lines[key] = value; };
  line("bounce", "at most one interaction and under 10 s");
  line("dimensions.bounces", names(dimensions(Target::kBounces)));
  line("dimensions.stats", names(dimensions(Target::kStats)));
  line("fingerprint", source.hash_content ? "content, cityHash64" : "identity, cityHash64");
  line("keys.hash", "cityHash64");
  line("rules", "1");
  line("session.idle", "30 min, nameless sessions only");
  line("session.owner", "the day of its proper start, for 24 hours");
  line("sessionize", source.sessionize_nameless ? "all" : "named");
  line("source", source.table.quoted());
  line("source.final", source.final_rows ? "true" : "false");
  for (const auto& [key, value] : source.mapping) line(key, value);
  std::string text;
  for (const auto& [key, value] : lines) text.append(key).append(": ").append(value).append("\n");
  return Definition(std::move(text));
}

std::string in_days(int first, int last) {
  return expand(
      "toDate(timestamp) BETWEEN $first AND $last AND timestamp >= toDateTime64($first, 6, 'UTC')"
      " AND timestamp < toDateTime64($after, 6, 'UTC')",
      {{"first", day_plus(first)}, {"last", day_plus(last)}, {"after", day_plus(last + 1)}});
}

std::string merged_persons(const TableName& overrides) {
  return "(SELECT team_id, distinct_id, argMax(person_id, version) AS person_id, 1 AS is_merged FROM " +
         overrides.quoted() +
         " WHERE team_id IN ({teams:Array(UInt64)}) GROUP BY team_id, distinct_id HAVING argMax(is_deleted, version) = "
         "0)";
}

}  // namespace gapless::sql
