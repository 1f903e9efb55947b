#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "core/error.h"
#include "core/team_id.h"
#include "engine/statement.h"
#include "sql/sessions.h"

namespace gapless {

// What questions about cells, and their answers, have in common.

inline sql::TeamFilter filter_of(const std::optional<Teams>& teams) {
  return teams ? sql::TeamFilter::kGiven : sql::TeamFilter::kAll;
}

inline Statement bind_range(std::string text, DayRange days, const std::optional<Teams>& teams) {
  Statement statement(std::move(text));
  statement.bind("first", days.first).bind("last", days.last);
  if (teams) statement.bind("teams", *teams);
  return statement;
}

/// A cell twice would count twice, or hide what stands in it first: such a reply is no answer.
template <class Value>
Status each_once(std::string_view question, const std::vector<Value>& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (values[i].cell <= values[i - 1].cell)
      return fail(Fault::kCorrupt, fmt::format("{}: the reply has team {} on {} twice, or out of order", question,
                                               values[i].cell.team.value(), values[i].cell.day.to_string()));
  return {};
}

}  // namespace gapless
