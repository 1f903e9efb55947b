#include "app/api_schemas.h"

#include "core/job.h"
#include "plan/judge.h"
#include "query/report.h"

namespace gapless {
namespace {

Json type_schema(const char* type) { return {{"type", type}}; }
Json or_null(const char* type) { return {{"type", Json::array({type, "null"})}}; }
Json count_schema() { return {{"type", "integer"}, {"minimum", 0}}; }

Json state_schema() {
  Json states = Json::array();
  for (const CellState state : kCellStates) states.push_back(name(state));
  return {{"type", "string"}, {"enum", states}};
}

Json cell_schema() {
  Json actions = Json::array();
  for (const Action action : kActions) actions.push_back(name(action));
  return object_schema({{"team_id", team_schema()},
                        {"day", day_schema()},
                        {"shard", count_schema()},
                        {"state", state_schema()},
                        {"action", {{"type", "string"}, {"enum", actions}}},
                        {"why", text_schema()}});
}
Json days_schema() { return {{"type", "integer"}, {"minimum", 1}, {"maximum", 36500}}; }
/// A list that is not empty.
Json some_of(Json items, std::size_t most) {
  return {{"type", "array"}, {"items", std::move(items)}, {"minItems", 1}, {"maxItems", most}};
}
/// At most a year.
Json seconds_schema() { return {{"type", "integer"}, {"minimum", 1}, {"maximum", 366 * 86'400}}; }
Json on_conflict_schema() { return {{"type", "string"}, {"enum", Json::array({"wait", "skip", "fail"})}}; }
/// With some of these members, and no others.
Json closed_schema(Json members) {
  return {{"type", "object"}, {"properties", std::move(members)}, {"additionalProperties", false}};
}
/// What a body selects cells by.
Json selection_members() {
  Json members = Json::object();
  members["from"] = members["to"] = day_schema();
  members["days"] = days_schema();
  members["teams"] = some_of(team_schema(), 10'000);
  members["states"] = some_of(state_schema(), kCellStates.size());
  members["include_today"] = type_schema("boolean");
  return members;
}
Json window_schema() { return object_schema({{"from", day_schema()}, {"to", day_schema()}}); }

}  // namespace

Json text_schema() { return type_schema("string"); }
Json text_or_null_schema() { return or_null("string"); }
Json day_schema() { return {{"type", "string"}, {"format", "date"}}; }
Json team_schema() { return {{"type", "integer"}, {"minimum", 1}, {"maximum", 9223372036854775807}}; }
Json run_id_schema() { return {{"type", "string"}, {"minLength", 1}, {"maxLength", 64}}; }
Json array_schema(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json object_schema(const std::vector<std::pair<std::string, Json>>& members) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
  for (const auto& [name, member] : members) {
    schema["required"].push_back(name);
    schema["properties"][name] = member;
  }
  return schema;
}

std::vector<api::Parameter> selection_parameters() {
  return {
      {.name = "from", .description = "the first day; with to, or up to the last finished day", .schema = day_schema()},
      {.name = "to", .description = "the last day", .schema = day_schema()},
      {.name = "days",
       .description = "so many finished days, instead of from and to; without any of them backfill.days_back",
       .schema = days_schema()},
      {.name = "include_today", .description = "open days too", .schema = type_schema("boolean")},
      {.name = "teams",
       .description = "only these, as in 1,2,3, instead of those that the strategies choose",
       .schema = some_of(team_schema(), 100)},
      {.name = "states",
       .description = "only cells in these states, as in missing,stale",
       .schema = some_of(state_schema(), kCellStates.size())},
  };
}

Json plan_schema() {
  const Json estimate = object_schema({{"rows_read", count_schema()},
                                       {"bytes_written", count_schema()},
                                       {"free_bytes_needed", count_schema()},
                                       {"seconds", or_null("number")}});
  return object_schema({{"window", window_schema()},
                        {"teams", array_schema(team_schema())},
                        {"cells", array_schema(cell_schema())},
                        {"summary", type_schema("object")},
                        {"estimate", estimate},
                        {"outdated", type_schema("object")},
                        {"not_examined", count_schema()}});
}

Json status_schema() {
  const Json day = object_schema({{"day", day_schema()},
                                  {"shard", count_schema()},
                                  {"state", state_schema()},
                                  {"view_events", or_null("integer")},
                                  {"sessions", or_null("integer")},
                                  {"published_at", text_or_null_schema()},
                                  {"run_id", text_or_null_schema()}});
  const Json team = object_schema({{"team_id", team_schema()}, {"days", array_schema(day)}});
  return object_schema({{"window", window_schema()},
                        {"teams", array_schema(team)},
                        {"summary", type_schema("object")},
                        {"paused", type_schema("boolean")}});
}

Json explain_schema() {
  return object_schema(
      {{"cell", cell_schema()}, {"evidence", type_schema("object")}, {"runs", array_schema(run_schema())}});
}

Json teams_schema() {
  const Json team = object_schema({{"team_id", team_schema()}, {"strategies", array_schema(text_schema())}});
  return object_schema({{"teams", array_schema(team)}});
}

std::vector<api::Parameter> query_parameters() {
  Json reports = Json::array();
  for (const ReportKind& kind : report_kinds()) reports.push_back(kind.name);
  const Json boolean = type_schema("boolean"), text = {{"type", "string"}, {"minLength", 1}, {"maxLength", 4000}};
  const auto number = [](int least, int most) -> Json {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
  };
  return {{.name = "report",
           .in = api::Parameter::In::kPath,
           .description = "which one",
           .schema = {{"type", "string"}, {"enum", std::move(reports)}}},
          {.name = "team", .description = "the team", .schema = team_schema(), .required = true},
          {.name = "from", .description = "first day in the time zone, or an instant at a full hour", .schema = text},
          {.name = "to",
           .description = "last day, included, or an instant, not included; without it today",
           .schema = text},
          {.name = "days",
           .description = "so many days up to `to`, instead of `from`; without either 30",
           .schema = days_schema()},
          {.name = "timezone", .description = "of days and hours, as Europe/Berlin; without it UTC", .schema = text},
          {.name = "filter",
           .description = "only what has this, as browser=Chrome|Firefox; several have an & (%26) between them",
           .schema = text},
          {.name = "sort", .description = "a figure or value, with :asc or :desc", .schema = text},
          {.name = "limit", .description = "so many rows at most; without it 10", .schema = number(1, 100'000)},
          {.name = "offset", .description = "leave out so many rows before", .schema = number(0, 1'000'000'000)},
          {.name = "by",
           .description = "of a trend's points; without it hours up to two days",
           .schema = {{"type", "string"}, {"enum", Json::array({"hour", "day"})}}},
          {.name = "compare", .description = "with the period before, of the same length", .schema = boolean},
          {.name = "explain", .description = "which day is answered from what, and the statement", .schema = boolean}};
}

Json query_schema() {
  const Json period = {{"type", Json::array({"object", "null"})}};
  return object_schema(
      {{"report", text_schema()},
       {"team_id", team_schema()},
       {"from", text_schema()},
       {"to", text_schema()},
       {"timezone", text_schema()},
       {"timezone_is_exact", type_schema("boolean")},
       {"filters", array_schema(text_schema())},
       {"rows", array_schema(object_schema(
                    {{"visitors", count_schema()}, {"views", count_schema()}, {"sessions", count_schema()}}))},
       {"next_offset", or_null("integer")},
       {"previous", period},
       {"answered_from", object_schema({{"rollup_days", count_schema()}, {"raw_days", count_schema()}})}});
}

Json run_schema() {
  return object_schema({{"run_id", text_schema()},
                        {"job", text_schema()},
                        {"status", text_schema()},
                        {"started_at", text_schema()},
                        {"finished_at", text_or_null_schema()},
                        {"seconds", or_null("number")},
                        {"cells_planned", count_schema()},
                        {"cells_by_state", type_schema("object")},
                        {"cells_recomputed", count_schema()},
                        {"window", text_schema()},
                        {"teams", count_schema()},
                        {"trigger", text_schema()},
                        {"error", text_or_null_schema()},
                        {"reason", text_or_null_schema()}});
}

Json start_run_schema() {
  Json jobs = Json::array();
  for (const std::string_view job : kScheduledJobs) jobs.push_back(job);
  Json members = Json::object();
  members["job"] = {{"type", "string"}, {"enum", jobs}};
  members["on_conflict"] = on_conflict_schema();
  members["timeout_seconds"] = seconds_schema();
  return {
      {"type", "object"}, {"properties", members}, {"required", Json::array({"job"})}, {"additionalProperties", false}};
}

Json start_backfill_schema() {
  Json members = selection_members();
  for (const char* name : {"force", "accept_definition", "take_over", "allow_shrink"})
    members[name] = type_schema("boolean");
  members["on_conflict"] = on_conflict_schema();
  members["timeout_seconds"] = seconds_schema();
  return closed_schema(std::move(members));
}

Json start_verify_schema() {
  Json members = selection_members();
  members["repair"] = type_schema("boolean");
  members["sample"] = {{"type", "integer"}, {"minimum", 1}, {"maximum", 1'000'000}};
  members["tolerance"] = {{"type", "number"}, {"minimum", 0}, {"maximum", 100}};
  return closed_schema(std::move(members));
}

Json start_adopt_schema() { return closed_schema(selection_members()); }

Json pause_body_schema() {
  Json members = Json::object();
  members["for_seconds"] = seconds_schema();
  members["reason"] = {{"type", "string"}, {"maxLength", 500}};
  return closed_schema(std::move(members));
}

}  // namespace gapless
