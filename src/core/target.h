#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace gapless {

/// The target tables of the `web` rollup (SEMANTICS: targets): two wide ones, and a narrow one that is made for reading.
enum class Target { kStats, kBounces, kBreakdowns };

inline constexpr std::array<Target, 3> kTargets = {Target::kStats, Target::kBounces, Target::kBreakdowns};

/// Some of them, in the order of kTargets.
using Targets = std::vector<Target>;
Targets all_targets();
bool contains(const Targets& targets, Target target);

/// "stats", "bounces", "breakdowns": in staging names and the ledger.
std::string_view name(Target target);
std::optional<Target> parse_target(std::string_view text);
/// "web_pre_aggregated_stats", …
std::string_view table_name(Target target);

/// The name of the built-in rollup: "web".
inline constexpr std::string_view kRollup = "web";

}  // namespace gapless
