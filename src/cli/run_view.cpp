#include "cli/run_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/plan_view.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

Tone tone_of(DayStatus status) {
  switch (status) {
    case DayStatus::kPublished: return Tone::kGood;
    case DayStatus::kUnchanged: return Tone::kDim;
    case DayStatus::kSkipped:
    case DayStatus::kCancelled: return Tone::kWarn;
    case DayStatus::kFailed: return Tone::kBad;
  }
  return Tone::kPlain;
}

std::uint64_t days_with(const RunReport& report, DayStatus status) {
  std::set<Day> days;
  for (const DayReport& one : report.days)
    if (one.status == status) days.insert(one.partition.day);
  return days.size();
}

std::string days_table(const RunReport& report, const Style& style) {
  using Align = TextTable::Align;
  const bool with_errors = std::ranges::any_of(report.days, [](const DayReport& day) { return !day.error.empty(); });
  std::vector<TextTable::Column> columns = {{"day"},
                                            {"status"},
                                            {"cells", Align::kRight},
                                            {"view events", Align::kRight},
                                            {"sessions", Align::kRight},
                                            {"time", Align::kRight}};
  if (with_errors) columns.push_back({"reason"});
  TextTable table(std::move(columns));
  for (const DayReport& day : report.days) {
    const bool published = day.status == DayStatus::kPublished;
    std::vector<TextTable::Cell> row = {day.partition.to_string(),
                                        {name(day.status), tone_of(day.status)},
                                        published ? grouped(day.cells) : "",
                                        published ? grouped(day.measures.view_events) : "",
                                        published ? grouped(day.measures.sessions) : "",
                                        day.seconds > 0 ? format_seconds(day.seconds) : ""};
    if (with_errors) row.emplace_back(day.error);
    table.add(std::move(row));
  }
  return table.render(style);
}

std::string done_text(const RunReport& report) {
  std::uint64_t views = 0, sessions = 0;
  for (const DayReport& day : report.days) {
    views += day.measures.view_events;
    sessions += day.measures.sessions;
  }
  return fmt::format("{} on {} in {}: {}, {}", counted(report.cells_recomputed, "cell", "cells"),
                     counted(days_with(report, DayStatus::kPublished), "day", "days"), format_seconds(report.seconds),
                     counted(views, "view event", "view events"), counted(sessions, "session", "sessions"));
}

std::string left_text(const RunReport& report) {
  std::vector<std::string> parts;
  for (const DayStatus status : {DayStatus::kFailed, DayStatus::kSkipped, DayStatus::kCancelled})
    if (const std::uint64_t days = days_with(report, status); days > 0)
      parts.push_back(fmt::format("{} {}", counted(days, "day", "days"), name(status)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// A line for each shard, where there are several.
std::string shares_text(const RunReport& report) {
  std::string text;
  for (std::size_t shard = 0; shard < report.shards.size(); ++shard) {
    const ShardShare& share = report.shards[shard];
    text += fmt::format("shard {}: {} in {}, {} of work\n", shard, counted(share.cells, "cell", "cells"),
                        counted(share.partitions, "partition", "partitions"), format_seconds(share.seconds));
  }
  return text;
}

/// How the run ended, and what to do.
std::string closing(const RunReport& report, const Style& style) {
  const auto strong = [&](std::string_view text) { return style.paint(tone_of(report.status), text); };
  const std::string again = "gapless backfill again does what is left";
  switch (report.status) {
    case RunStatus::kSucceeded: return strong("done") + ": " + done_text(report);
    case RunStatus::kNothingToDo: return strong("nothing to do") + ": " + report.reason;
    case RunStatus::kPartial:
      return strong("partly done") + ": " + done_text(report) + "; " + left_text(report) + ". " + again;
    case RunStatus::kCancelled:
      return strong("stopped") + ": " + done_text(report) + "; " + left_text(report) + ". What is published stays; " +
             again;
    case RunStatus::kSkipped: return strong("skipped") + ": " + (report.error.empty() ? report.reason : report.error);
    default: return strong("failed") + ": " + (report.error.empty() ? left_text(report) : report.error);
  }
}

}  // namespace

Tone tone_of(RunStatus status) {
  switch (status) {
    case RunStatus::kSucceeded:
    case RunStatus::kNothingToDo: return Tone::kGood;
    case RunStatus::kRunning: return Tone::kNotice;
    case RunStatus::kPartial:
    case RunStatus::kCancelled:
    case RunStatus::kSkipped: return Tone::kWarn;
    case RunStatus::kFailed:
    case RunStatus::kInterrupted: return Tone::kBad;
  }
  return Tone::kPlain;
}

std::string run_text(const RunReport& report, const Style& style) {
  std::string text;
  if (!report.days.empty()) text += days_table(report, style) + "\n" + shares_text(report);
  text += closing(report, style);
  return text + style.paint(Tone::kDim, fmt::format("  (run {})", report.run_id)) + "\n";
}

Json run_json(const RunReport& report) {
  Json json = {{"run_id", report.run_id},
               {"job", report.job},
               {"status", name(report.status)},
               {"window", to_json(report.window)},
               {"days", Json::array()}};
  for (const DayReport& day : report.days)
    json["days"].push_back({{"day", day.partition.day.to_string()},
                            {"shard", day.partition.shard},
                            {"bucket", day.partition.bucket},
                            {"status", name(day.status)},
                            {"cells", day.cells},
                            {"view_events", day.measures.view_events},
                            {"sessions", day.measures.sessions},
                            {"seconds", day.seconds},
                            {"error", text_or_null(day.error)}});
  json["cells_recomputed"] = report.cells_recomputed;
  for (std::size_t shard = 0; shard < report.shards.size(); ++shard) {
    const ShardShare& share = report.shards[shard];
    json["shards"].push_back(
        {{"shard", shard}, {"partitions", share.partitions}, {"cells", share.cells}, {"seconds", share.seconds}});
  }
  json["seconds"] = report.seconds;
  json["error"] = text_or_null(report.error);
  json["reason"] = text_or_null(report.reason);
  return json;
}

}  // namespace gapless
