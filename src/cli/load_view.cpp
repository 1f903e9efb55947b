#include "cli/load_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/wording.h"

namespace gapless {
namespace {

std::uint64_t sum_of_skipped(const FileReport& file) {
  std::uint64_t sum = 0;
  for (const SkipReason reason : kSkipReasons) sum += file.skipped_for(reason);
  return sum;
}

std::string skipped_text(const FileReport& file) {
  std::vector<std::string> parts;
  for (const SkipReason reason : kSkipReasons)
    if (const std::uint64_t lines = file.skipped_for(reason); lines > 0)
      parts.push_back(fmt::format("{} {}", name(reason), grouped(lines)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string rejects_text(const FileReport& file) {
  std::string text = fmt::format("  rejected {}\n", counted(file.rejected, "line", "lines"));
  for (const RejectedLine& line : file.first_rejects) text += fmt::format("    line {}: {}\n", line.line, line.reason);
  if (file.rejected > file.first_rejects.size()) text += "    … (--rejects FILE keeps all of them)\n";
  return text;
}

std::uint64_t events_added(const std::vector<LoadedFile>& files) {
  std::uint64_t events = 0;
  for (const LoadedFile& file : files)
    if (file.report) events += file.report->loaded;
  return events;
}

/// A file that failed has the same members, since nothing came of it.
Json file_json(const LoadedFile& file) {
  const LoadReport report = file.report ? *file.report : LoadReport();
  const auto day_or_null = [](const std::optional<Day>& day) { return day ? Json(day->to_string()) : Json(nullptr); };
  Json json = {{"path", file.path},
               {"format", file.report ? Json(name(report.file.format)) : Json(nullptr)},
               {"lines", report.file.lines},
               {"events", report.loaded},
               {"duplicates", report.duplicates},
               {"rejected", report.file.rejected},
               {"skipped", Json::object()},
               {"first_day", day_or_null(report.file.first_day)},
               {"last_day", day_or_null(report.file.last_day)},
               {"error", file.report ? Json(nullptr) : Json(file.report.error().message)}};
  for (const SkipReason reason : kSkipReasons)
    if (const std::uint64_t lines = report.file.skipped_for(reason); lines > 0) json["skipped"][name(reason)] = lines;
  return json;
}

}  // namespace

std::string loaded_file_text(const LoadedFile& file, const Style& style) {
  if (!file.report) return "";
  const LoadReport& report = *file.report;
  const std::string from = file.path == "-" ? "standard input" : file.path;
  std::string text = fmt::format("{}  {}, {}\n", style.paint(Tone::kStrong, from), name(report.file.format),
                                 counted(report.file.lines, "line", "lines"));
  text += fmt::format("  added {}", counted(report.loaded, "event", "events"));
  if (report.loaded > 0 && report.file.first_day)
    text += fmt::format(" of {}", DayRange{*report.file.first_day, *report.file.last_day}.to_string());
  text += "\n";
  if (report.duplicates > 0)
    text += fmt::format("  left out {} that {} there already\n", counted(report.duplicates, "event", "events"),
                        report.duplicates == 1 ? "was" : "were");
  if (const std::uint64_t skipped = sum_of_skipped(report.file); skipped > 0)
    text += fmt::format("  skipped {}: {}\n", counted(skipped, "line", "lines"), skipped_text(report.file));
  if (report.file.rejected > 0) text += style.paint(Tone::kWarn, rejects_text(report.file));
  return text;
}

std::string loaded_files_text(const std::vector<LoadedFile>& files, double seconds, const std::string& next_command) {
  const auto loaded = static_cast<std::uint64_t>(
      std::ranges::count_if(files, [](const LoadedFile& file) { return file.report.has_value(); }));
  std::string text;
  if (loaded > 0)
    text += fmt::format("{} from {} in {}\n", counted(events_added(files), "event", "events"),
                        counted(loaded, "file", "files"), format_seconds(seconds));
  if (!next_command.empty()) text += fmt::format("next: {}\n", next_command);
  return text;
}

Json loaded_files_json(const std::vector<LoadedFile>& files) {
  Json json = {{"files", Json::array()}, {"events", events_added(files)}};
  for (const LoadedFile& file : files) json["files"].push_back(file_json(file));
  return json;
}

}  // namespace gapless
