#include "core/target.h"

namespace gapless {

std::string_view name(Target target) { return target == Target::kStats ? "stats" : "bounces"; }

std::optional<Target> parse_target(std::string_view text) {
  for (const Target target : kTargets)
    if (name(target) == text) return target;
  return std::nullopt;
}

std::string_view table_name(Target target) {
  return target == Target::kStats ? "web_pre_aggregated_stats" : "web_pre_aggregated_bounces";
}

}  // namespace gapless
