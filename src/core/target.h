#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace gapless {

/// The target tables of the `web` rollup (SEMANTICS: targets).
enum class Target { kStats, kBounces };

inline constexpr std::array<Target, 2> kTargets = {Target::kStats, Target::kBounces};

/// "stats", "bounces": in staging names and the ledger.
std::string_view name(Target target);
std::optional<Target> parse_target(std::string_view text);
/// "web_pre_aggregated_stats", …
std::string_view table_name(Target target);

/// The name of the built-in rollup: "web".
inline constexpr std::string_view kRollup = "web";

}  // namespace gapless
