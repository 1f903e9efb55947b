#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/endpoint.h"

namespace gapless {

// JSON Schemas of what the API takes and gives, in the subset that api/schema.h checks. Documents may gain members.

Json text_schema();
Json text_or_null_schema();
/// A day, YYYY-MM-DD.
Json day_schema();
Json team_schema();
Json run_id_schema();
Json array_schema(Json items);
/// With all of these members, and perhaps more.
Json object_schema(const std::vector<std::pair<std::string, Json>>& members);

/// from, to, days, include_today, teams, states.
std::vector<api::Parameter> selection_parameters();
Json plan_schema();
Json explain_schema();
Json status_schema();
Json teams_schema();
std::vector<api::Parameter> query_parameters();
Json query_schema();
Json run_schema();
Json start_run_schema();
Json start_backfill_schema();
Json start_verify_schema();
Json start_adopt_schema();
Json pause_body_schema();

}  // namespace gapless
