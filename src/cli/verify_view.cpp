#include "cli/verify_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/run_view.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

constexpr std::size_t kRowsShown = 100;
constexpr std::string_view kChangedMeanwhile = "changed_meanwhile";

/// "10:00 host=example.org entry_pathname=/a …": what a key has, cut where it gets long.
std::string group_text(const Difference& difference) {
  constexpr std::size_t kLongest = 60;
  std::string text;
  for (const auto& [column, value] : difference.group) {
    const bool is_time = column == "period_bucket";
    if (!is_time && (value.empty() || value == "0" || value == "false")) continue;
    const std::string part = is_time && value.size() >= 16 ? value.substr(11, 5) : fmt::format("{}={}", column, value);
    if (!text.empty() && text.size() + part.size() > kLongest) return text + " …";
    text += (text.empty() ? "" : " ") + part;
  }
  // What visitors send must not steer a terminal.
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return text;
}

std::string source_text(const Difference& difference) {
  const bool says_it = difference.in_union && difference.in_target == difference.in_source;
  return fmt::format("{}{}", difference.in_source, says_it ? fmt::format(" ({} in all)", *difference.in_union) : "");
}

std::string left_out_text(const VerifyReport& report) {
  std::vector<std::string> parts;
  for (const auto& [state, cells] : report.left_out) parts.push_back(fmt::format("{} {}", grouped(cells), name(state)));
  if (const std::uint64_t changed = report.verification.changed_meanwhile.size(); changed > 0)
    parts.push_back(fmt::format("{} changed meanwhile", grouped(changed)));
  return parts.empty() ? "" : fmt::format("not compared: {}\n", fmt::join(parts, ", "));
}

std::string merged_text(const Verification& verification) {
  if (verification.merged_since == 0) return "";
  return fmt::format("{} in order but for persons who were merged since; backfill --force looks them up again\n",
                     counted(verification.merged_since, "cell is", "cells are"));
}

std::string verdict(const VerifyReport& report, const Style& style) {
  const Verification& verification = report.verification;
  if (!report.why_nothing.empty()) return "nothing to verify: " + report.why_nothing + "\n";
  const bool is_sample = verification.cells + verification.changed_meanwhile.size() < report.cells_to_choose_from;
  const std::string of = is_sample ? fmt::format(", by chance out of {}", grouped(report.cells_to_choose_from)) : "";
  const std::string cells = counted(verification.cells, "cell", "cells");
  if (report.differs())
    return style.paint(Tone::kBad,
                       fmt::format("{} of {}{} {} from the source", grouped(verification.differing().size()), cells, of,
                                   verification.differing().size() == 1 ? "differs" : "differ")) +
           "\n";
  return style.paint(Tone::kGood,
                     fmt::format("{} on {}{} verified: no difference{}", cells,
                                 counted(verification.days, "day", "days"), of, report.repair ? " any more" : "")) +
         "\n";
}

}  // namespace

std::string findings_table(const std::vector<Finding>& findings, const Style& style) {
  TextTable table({{"team", TextTable::Align::kRight},
                   {"day"},
                   {"table"},
                   {"measure"},
                   {"target", TextTable::Align::kRight},
                   {"source", TextTable::Align::kRight},
                   {"group"}});
  std::uint64_t shown = 0, all = 0;
  for (const Finding& one : findings) {
    all += one.differences.count;
    for (const Difference& difference : one.differences.first) {
      if (shown == kRowsShown) break;
      shown += 1;
      table.add({one.cell().team.to_string(),
                 one.cell().day.to_string(),
                 std::string(table_name(one.target)),
                 difference.measure,
                 {std::to_string(difference.in_target), Tone::kBad},
                 source_text(difference),
                 group_text(difference)});
    }
  }
  std::string text = table.render(style);
  if (all > shown) text += fmt::format("… and {} more\n", counted(all - shown, "difference", "differences"));
  return text;
}

Json findings_json(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& one : findings)
    for (const Difference& difference : one.differences.first) {
      json.push_back({{"team_id", one.cell().team.value()},
                      {"day", one.cell().day.to_string()},
                      {"table", table_name(one.target)},
                      {"measure", difference.measure},
                      {"target", difference.in_target},
                      {"source", difference.in_source},
                      {"union", difference.in_union ? Json(*difference.in_union) : Json(nullptr)},
                      {"group", Json::object()}});
      for (const auto& [column, value] : difference.group) json.back()["group"][column] = value;
    }
  return json;
}

std::string verify_text(const VerifyReport& report, const Style& style) {
  std::string text;
  if (report.repair)
    text += findings_table(report.repair->found, style) + "\n" + run_text(report.repair->run, style) + "\n";
  if (report.differs()) text += findings_table(report.verification.found, style) + "\n";
  return text + left_out_text(report) + merged_text(report.verification) + verdict(report, style);
}

Json verify_json(const VerifyReport& report) {
  const Verification& verification = report.verification;
  std::uint64_t differences = 0;
  for (const Finding& one : verification.found) differences += one.differences.count;
  Json left_out = Json::object();
  for (const auto& [state, cells] : report.left_out) left_out[std::string(name(state))] = cells;
  if (const std::size_t changed = verification.changed_meanwhile.size(); changed > 0)
    left_out[std::string(kChangedMeanwhile)] = changed;
  Json json = {{"run_id", report.run_id},
               {"window", to_json(report.window)},
               {"cells_checked", verification.cells},
               {"cells_different", verification.differing().size()},
               {"cells_merged_since", verification.merged_since},
               {"differences_found", differences},
               {"differences", findings_json(verification.found)},
               {"cells_left_out", std::move(left_out)},
               {"repair", nullptr}};
  if (report.repair)
    json["repair"] = {{"differences", findings_json(report.repair->found)}, {"run", run_json(report.repair->run)}};
  return json;
}

}  // namespace gapless
