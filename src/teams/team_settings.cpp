#include "teams/team_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gapless {
namespace {

constexpr std::size_t kLongestText = 100;  // of what is shown; an id has 19 digits at most

// As PostgreSQL and SQLite write booleans and the integers 0 and 1.
constexpr std::array<std::string_view, 2> kSet = {"true", "1"};

}  // namespace

std::string SettingsTable::name() const { return schema ? schema->text() + "." + table.text() : table.text(); }

std::string SettingsTable::quoted_table() const {
  return (schema ? "\"" + schema->text() + "\"." : "") + "\"" + table.text() + "\"";
}

Status FlaggedTeams::add(std::optional<std::string_view> id, std::string_view flag) {
  if (std::ranges::find(kSet, flag) == kSet.end())
    return fail(Fault::kCorrupt, fmt::format("the flag '{}' is neither true nor false, 1 nor 0 (from {})",
                                             flag.substr(0, kLongestText), table_.flag_name()));
  if (!id) return fail(Fault::kCorrupt, fmt::format("a team id is NULL (from {})", table_.id_name()));
  auto team = TeamId::parse(id->substr(0, kLongestText), table_.id_name());
  if (!team) return fail(Fault::kCorrupt, std::move(team.error().message));
  if (teams_.size() >= kMostFlaggedTeams)
    return fail(Fault::kCorrupt,
                fmt::format("more than {} teams have their flag set (from {})", kMostFlaggedTeams, table_.flag_name()));
  teams_.push_back(*team);
  return {};
}

}  // namespace gapless
