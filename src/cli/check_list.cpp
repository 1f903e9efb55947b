#include "cli/check_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/wording.h"

namespace gapless {
namespace {

std::string_view name(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk: return "ok";
    case CheckStatus::kWarn: return "warn";
    case CheckStatus::kFail: return "fail";
  }
  return "fail";
}

Tone tone_of(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk: return Tone::kGood;
    case CheckStatus::kWarn: return Tone::kWarn;
    case CheckStatus::kFail: return Tone::kBad;
  }
  return Tone::kBad;
}

std::uint64_t number_of(const std::vector<Check>& checks, CheckStatus status) {
  return static_cast<std::uint64_t>(std::ranges::count(checks, status, &Check::status));
}

}  // namespace

bool CheckList::all_good() const { return number_of(checks_, CheckStatus::kFail) == 0; }

std::string CheckList::text(const Style& style, std::size_t width) const {
  std::size_t names = 0;
  for (const Check& check : checks_) names = std::max(names, check.name.size());
  const std::size_t indent = 4 + 2 + names + 2;
  const std::size_t room = width > indent + 20 ? width - indent : 20;
  std::string text;
  for (const Check& check : checks_) {
    text += style.paint(tone_of(check.status), fmt::format("{:<4}", name(check.status)));
    text += fmt::format("  {:<{}}  {}\n", check.name, names, wrapped(check.detail, room, indent));
    if (!check.remedy.empty())
      text += fmt::format("{}→ {}\n", std::string(indent, ' '), wrapped(check.remedy, room - 2, indent + 2));
  }
  const std::uint64_t warnings = number_of(checks_, CheckStatus::kWarn);
  const std::uint64_t failures = number_of(checks_, CheckStatus::kFail);
  if (failures > 0)
    text += style.paint(Tone::kBad, fmt::format("\n{} failed", counted(failures, "check", "checks")));
  else
    text += style.paint(Tone::kGood, "\nnothing is wrong");
  if (warnings > 0) text += fmt::format(", {}", counted(warnings, "warning", "warnings"));
  return text + "\n";
}

Json CheckList::json() const {
  Json checks = Json::array();
  for (const Check& check : checks_)
    checks.push_back({{"name", check.name},
                      {"status", name(check.status)},
                      {"detail", check.detail},
                      {"remedy", text_or_null(check.remedy)}});
  return checks;
}

}  // namespace gapless
