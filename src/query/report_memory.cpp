#include "query/report_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace gapless {
namespace {

// Some megabytes: a few screens of reports, each of a few teams.
constexpr std::size_t kMostTeams = 200;
constexpr std::size_t kMostAnswers = 500;
constexpr std::size_t kMostRows = 1000;
constexpr std::size_t kMostBytes = 64 * 1024;  ///< of the values of an answer, which may be anybody's URLs

/// Leaves out what was asked for the longest time ago.
template <class Kept>
void make_room(Kept& kept, std::size_t most) {
  if (kept.size() < most) return;
  kept.erase(std::ranges::min_element(kept, {}, [](const auto& one) { return one.second.asked; }));
}

std::string day_text(const std::optional<Day>& day) { return day ? day->to_string() : "-"; }

/// Of everything that decides how a day is answered.
std::string version_of(const std::string& held, const CoverageRequest& request, const Definition& definition,
                       const Targets& targets) {
  std::string text = fmt::format("{} {} {} {} {}", held, definition.hash(), request.last_finished.to_string(),
                                 day_text(request.kept.source_from), day_text(request.kept.targets_from));
  for (const Target target : targets) text += fmt::format(" {}", name(target));
  return text;
}

std::string key_of(const Statement& statement) {
  std::string key = statement.text();
  for (const auto& [name, value] : statement.parameters()) key += fmt::format("\n{}:{}:{}", name, value.size(), value);
  return key;
}

}  // namespace

Result<Coverage> ReportMemory::look(Warehouse& warehouse, StateStore& store, const CoverageRequest& request,
                                    const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(const auto held, warehouse.version(limits));
  if (!held) return look_at_coverage(warehouse, store, request, definition, limits);
  // Taken before the look: what changes in between makes another version.
  const std::string version = version_of(*held, request, definition, warehouse.targets());
  if (auto found = known(request, version)) return std::move(*found);
  GAPLESS_ASSIGN(Coverage coverage, look_at_coverage(warehouse, store, request, definition, limits));
  coverage.version = version;
  keep(request.team, coverage);
  return coverage;
}

std::optional<Coverage> ReportMemory::known(const CoverageRequest& request, const std::string& version) {
  const std::lock_guard lock(mutex_);
  const auto found = teams_.find(request.team);
  if (found == teams_.end() || found->second.version != version) return std::nullopt;
  TeamDays& of_team = found->second;
  Coverage coverage{request.days, {}, of_team.source, version};
  for (Day day = request.days.first; day <= request.days.last; day = day + 1) {
    const auto answer = of_team.answers.find(day);
    if (answer == of_team.answers.end()) return std::nullopt;
    coverage.answers.insert(*answer);
  }
  of_team.asked = ++questions_;
  return coverage;
}

void ReportMemory::keep(TeamId team, const Coverage& coverage) {
  const std::lock_guard lock(mutex_);
  if (!teams_.contains(team)) make_room(teams_, kMostTeams);
  TeamDays& of_team = teams_[team];
  if (of_team.version != coverage.version) of_team = {coverage.version, coverage.source, {}};
  of_team.asked = ++questions_;
  // A day of which nobody knows whether its own events changed may be known the next time, without any change.
  for (const auto& [day, answer] : coverage.answers)
    if (answer.state) of_team.answers.insert_or_assign(day, answer);
}

std::optional<std::vector<ReportRow>> ReportMemory::rows(const Statement& statement, std::string_view version) {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(key_of(statement));
  if (found == answers_.end() || found->second.version != version) return std::nullopt;
  found->second.asked = ++questions_;
  return found->second.rows;
}

void ReportMemory::keep_rows(const Statement& statement, std::string_view version, const std::vector<ReportRow>& rows) {
  if (rows.size() > kMostRows) return;
  const std::string key = key_of(statement);
  std::size_t bytes = key.size();
  for (const ReportRow& row : rows) bytes += row.value.size();
  if (bytes > kMostBytes) return;
  const std::lock_guard lock(mutex_);
  if (!answers_.contains(key)) make_room(answers_, kMostAnswers);
  answers_[key] = {std::string(version), rows, ++questions_};
}

}  // namespace gapless
