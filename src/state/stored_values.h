#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "state/state_store.h"

namespace gapless {

// How stores that keep text and numbers write our values, alike in all of them.

inline std::int64_t to_micros(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant from_micros(std::int64_t micros) { return Instant(std::chrono::microseconds(micros)); }
inline Instant from_millis(std::int64_t millis) { return Instant(std::chrono::milliseconds(millis)); }

using Counts = std::map<std::string, std::uint64_t, std::less<>>;
/// "missing 3\nstale 1\n"
std::string format_counts(const Counts& counts);
Counts parse_counts(const std::string& text);

/// ",3,7,12,", so that a team is found by ",7,"; empty where there are none.
std::string format_teams(const Teams& teams);
/// Errors: those of parse_teams.
Result<Teams> read_teams(std::string_view text);

/// The rest: errors kCorrupt, naming the text.
Result<RunStatus> read_status(std::string_view run_id, std::string_view text);
Result<JournalPhase> read_phase(std::string_view text);
Result<Partition> read_partition(std::uint32_t shard, std::string_view day, std::uint32_t bucket);
Result<Confirmation> read_confirmation(std::uint64_t team, std::string_view day, std::uint64_t fence,
                                       std::uint64_t sequence, const Fingerprint& window);

}  // namespace gapless
