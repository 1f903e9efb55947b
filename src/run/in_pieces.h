#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/error.h"
#include "core/team_id.h"

namespace gapless {

/// What `ask` answers for these teams: at once, or by halves where one statement would not fit in memory. Its answers are
/// sorted by team, and so is this.
template <class Value, class Ask>
Result<std::vector<Value>> in_pieces(const Teams& teams, const Ask& ask) {
  Result<std::vector<Value>> answer = ask(teams);
  if (answer || !answer.error().splittable() || teams.size() < 2) return answer;
  const auto middle = teams.begin() + static_cast<std::ptrdiff_t>(teams.size() / 2);
  GAPLESS_ASSIGN(auto first, in_pieces<Value>(Teams(teams.begin(), middle), ask));
  GAPLESS_ASSIGN(auto second, in_pieces<Value>(Teams(middle, teams.end()), ask));
  std::move(second.begin(), second.end(), std::back_inserter(first));
  return first;
}

}  // namespace gapless
