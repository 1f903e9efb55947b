#include "core/target.h"

#include <algorithm>

namespace gapless {
namespace {

constexpr std::array<std::string_view, kTargets.size()> kTargetNames = {"stats", "bounces", "breakdowns"};
constexpr std::array<std::string_view, kTargets.size()> kTableNames = {
    "web_pre_aggregated_stats", "web_pre_aggregated_bounces", "web_pre_aggregated_breakdowns"};

}  // namespace

Targets all_targets() { return {kTargets.begin(), kTargets.end()}; }

bool contains(const Targets& targets, Target target) { return std::ranges::find(targets, target) != targets.end(); }

std::string_view name(Target target) { return kTargetNames[static_cast<std::size_t>(target)]; }

std::optional<Target> parse_target(std::string_view text) {
  for (const Target target : kTargets)
    if (name(target) == text) return target;
  return std::nullopt;
}

std::string_view table_name(Target target) { return kTableNames[static_cast<std::size_t>(target)]; }

}  // namespace gapless
