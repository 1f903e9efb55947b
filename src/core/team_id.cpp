#include "core/team_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace gapless {
namespace {

// Int64's largest: what every column type that holds a team id can hold.
constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

std::string_view without_spaces_around(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

Result<TeamId> TeamId::parse(std::string_view text, std::string_view origin) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool digits_only = end == text.data() + text.size();
  if (digits_only && problem == std::errc::result_out_of_range) value = std::numeric_limits<std::uint64_t>::max();
  if (digits_only && value > kLargest) {
    return fail(Fault::kInvalidInput,
                fmt::format("team id '{}' is larger than {}, the largest there is (from {})", text, kLargest, origin));
  }
  if (!digits_only || value == 0) {
    return fail(Fault::kInvalidInput, fmt::format("team id '{}' is not a positive integer (from {})", text, origin));
  }
  if (text.front() == '0') {
    return fail(Fault::kInvalidInput,
                fmt::format("team id '{}' begins with a zero; write {} (from {})", text, value, origin));
  }
  return TeamId(value);
}

Result<TeamId> TeamId::from(std::uint64_t value, std::string_view origin) {
  if (value == 0 || value > kLargest) {
    return fail(Fault::kInvalidInput,
                fmt::format("team id {} is not an integer from 1 to {} (from {})", value, kLargest, origin));
  }
  return TeamId(value);
}

Result<Teams> parse_teams(std::string_view text, std::string_view origin) {
  Teams teams;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view entry = without_spaces_around(text.substr(begin, end - begin));
    if (entry.empty()) {
      return fail(
          Fault::kInvalidInput,
          fmt::format("the list of team ids '{}' has an empty entry; write it as 1,2,3 (from {})", text, origin));
    }
    GAPLESS_ASSIGN(const TeamId team, TeamId::parse(entry, origin));
    teams.push_back(team);
    begin = end + 1;
  }
  return unique_teams(std::move(teams));
}

Teams unique_teams(Teams teams) {
  std::sort(teams.begin(), teams.end());
  teams.erase(std::unique(teams.begin(), teams.end()), teams.end());
  return teams;
}

}  // namespace gapless
