#include "sql/columns.h"

namespace gapless::sql {

const std::vector<Column> kEntryColumns = {{"host", "LowCardinality(String)"},
                                           {"device_type", "LowCardinality(String)"},
                                           {"browser", "LowCardinality(String)"},
                                           {"os", "LowCardinality(String)"},
                                           {"viewport_width", "Int64"},
                                           {"viewport_height", "Int64"},
                                           {"referring_domain", "LowCardinality(String)"},
                                           {"utm_source", "LowCardinality(String)"},
                                           {"utm_medium", "LowCardinality(String)"},
                                           {"utm_campaign", "LowCardinality(String)"},
                                           {"utm_term", "LowCardinality(String)"},
                                           {"utm_content", "LowCardinality(String)"},
                                           {"country_code", "LowCardinality(String)"},
                                           {"city_name", "LowCardinality(String)"},
                                           {"region_code", "LowCardinality(String)"},
                                           {"region_name", "LowCardinality(String)"},
                                           {"has_gclid", "Bool"},
                                           {"has_gad_source_paid_search", "Bool"},
                                           {"has_fbclid", "Bool"},
                                           {"mat_metadata_loggedIn", "Bool"},
                                           {"mat_metadata_backend", "LowCardinality(String)"}};

const std::vector<Column> kViewDimensions = {{"host", "LowCardinality(String)"}, {"pathname", "String"}};

std::vector<Column> dimensions(Target target) {
  if (target == Target::kBreakdowns) return {{"dimension", "LowCardinality(String)"}, {"value", "String"}};
  std::vector<Column> columns(kEntryColumns.begin(), kEntryColumns.begin() + 2);  // host, device_type
  columns.push_back({"entry_pathname", "String"});
  if (target == Target::kStats) columns.push_back({"pathname", "String"});
  columns.push_back({"end_pathname", "String"});
  columns.insert(columns.end(), kEntryColumns.begin() + 2, kEntryColumns.end());
  return columns;
}

std::vector<Column> session_dimensions() {
  std::vector<Column> columns = dimensions(Target::kBounces);
  columns.erase(columns.begin());  // host: that of the entry event
  return columns;
}

std::vector<Column> states(Target target) {
  if (target == Target::kBreakdowns)
    return {{"persons_uniq_state", "AggregateFunction(uniq, UUID)"},
            {"sessions_count_state", "AggregateFunction(sum, UInt64)"},
            {"pageviews_count_state", "AggregateFunction(sum, UInt64)"},
            {"bounces_count_state", "AggregateFunction(sum, UInt64)"},
            {"total_session_duration_state", "AggregateFunction(sum, Int64)"}};
  std::vector<Column> columns = {{"persons_uniq_state", "AggregateFunction(uniq, UUID)"},
                                 {"sessions_uniq_state", "AggregateFunction(uniq, String)"},
                                 {"pageviews_count_state", "AggregateFunction(sum, UInt64)"}};
  if (target == Target::kBounces) {
    columns.push_back({"bounces_count_state", "AggregateFunction(sum, UInt64)"});
    columns.push_back({"total_session_duration_state", "AggregateFunction(sum, Int64)"});
    columns.push_back({"total_session_count_state", "AggregateFunction(sum, UInt64)"});
  }
  return columns;
}

std::string target_keys(Target target) { return "team_id, period_bucket, " + names(dimensions(target)); }
std::string target_columns(Target target) { return target_keys(target) + ", " + names(states(target)); }

std::string names(const std::vector<Column>& columns, std::string_view prefix) {
  std::string text;
  for (const Column& column : columns) {
    if (!text.empty()) text += ", ";
    text += prefix;
    text += column.name;
  }
  return text;
}

std::string declarations(const std::vector<Column>& columns) {
  std::string text;
  for (const Column& column : columns) {
    if (!text.empty()) text += ", ";
    text += column.name;
    text += ' ';
    text += column.type;
  }
  return text;
}

}  // namespace gapless::sql
