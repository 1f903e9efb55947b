#include "state/stored_values.h"

#include <fmt/format.h>

#include <sstream>

namespace gapless {

std::string format_counts(const Counts& counts) {
  std::string text;
  for (const auto& [word, count] : counts) text += fmt::format("{} {}\n", word, count);
  return text;
}

Counts parse_counts(const std::string& text) {
  Counts counts;
  std::istringstream lines(text);
  std::string word;
  for (std::uint64_t count = 0; lines >> word >> count;) counts.emplace(word, count);
  return counts;
}

std::string format_teams(const Teams& teams) {
  if (teams.empty()) return "";
  std::string text = ",";
  for (const TeamId team : teams) text += fmt::format("{},", team.value());
  return text;
}

Result<Teams> read_teams(std::string_view text) {
  if (text.size() < 3) return Teams{};
  return parse_teams(text.substr(1, text.size() - 2), "the state store");
}

Result<RunStatus> read_status(std::string_view run_id, std::string_view text) {
  if (const auto status = parse_run_status(text)) return *status;
  return fail(Fault::kCorrupt, fmt::format("run '{}' has an unknown status '{}'", run_id, text));
}

Result<JournalPhase> read_phase(std::string_view text) {
  for (const JournalPhase phase : {JournalPhase::kBuilding, JournalPhase::kPublishing}) {
    if (text == name(phase)) return phase;
  }
  return fail(Fault::kCorrupt, fmt::format("the journal has an unknown phase '{}'", text));
}

Result<Partition> read_partition(std::uint32_t shard, std::string_view day, std::uint32_t bucket) {
  const auto parsed = Day::parse(day, "a partition");
  if (!parsed) return fail(Fault::kCorrupt, parsed.error().message);
  return Partition{shard, *parsed, bucket};
}

Result<Confirmation> read_confirmation(std::uint64_t team, std::string_view day, std::uint64_t fence,
                                       std::uint64_t sequence, const Fingerprint& window) {
  const auto id = TeamId::from(team, "confirmations");
  const auto parsed = Day::parse(day, "confirmations");
  if (!id || !parsed) return fail(Fault::kCorrupt, (id ? parsed.error() : id.error()).message);
  return Confirmation{{*id, *parsed}, fence, sequence, window};
}

}  // namespace gapless
