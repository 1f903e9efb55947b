#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/load_view.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "load/loader.h"
#include "load/rejects_file.h"
#include "util/parse_number.h"
#include "util/timing.h"

namespace gapless {
namespace {

Result<double> read_percent(const Given& given, double otherwise) {
  const auto text = given.value("--max-rejects");
  if (!text) return otherwise;
  const auto percent = parse_number<double>(std::string_view(*text).substr(0, text->size() - text->ends_with('%')));
  if (!percent || !(*percent >= 0 && *percent <= 100))
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a percentage from 0 to 100 (from --max-rejects)", *text));
  return *percent;
}

/// What the options say of every file.
Result<ReadOptions> read_options(Invocation& call) {
  GAPLESS_ASSIGN(const TeamId team, TeamId::parse(call.given.value("--team").value_or("1"), "--team"));
  ReadOptions options{.team = team,
                      .host = call.given.value("--host").value_or(""),
                      .inserted_at = call.services.clock().now(),
                      .on_progress = {},
                      .stop = call.services.stop(),
                      .workplace = call.services.workplace()};
  GAPLESS_ASSIGN(options.max_rejects_percent, read_percent(call.given, options.max_rejects_percent));
  return options;
}

Result<LoadReport> load_one(Invocation& call, Loader& loader, const std::string& path, LoadFormat format,
                            ReadOptions options) {
  std::optional<ProgressDisplay> progress;
  if (!call.output.is_quiet())
    progress.emplace(call.output.console(), "load " + path, ProgressState::Unit::kBytes,
                     ProgressDisplay::Lines::kNowAndThen);
  options.on_progress = [&](const ReadProgress& read) {
    if (progress) progress->update(read.bytes_read, read.bytes_total, fmt::format("{} events", read.events));
  };
  return loader.load(path, format, options);
}

/// The command that builds what was loaded: with its days where the default window does not reach them.
std::string next_command(const std::vector<LoadedFile>& files, const Services& services) {
  std::optional<DayRange> days;
  for (const LoadedFile& file : files) {
    if (!file.report || file.report->loaded == 0 || !file.report->file.first_day) continue;
    const DayRange of_file{*file.report->file.first_day, *file.report->file.last_day};
    days = days ? DayRange{std::min(days->first, of_file.first), std::max(days->last, of_file.last)} : of_file;
  }
  if (!days) return "";
  const auto window = window_of({}, services.settings(), services.clock().now());
  if (window && window->days.first <= days->first && days->first <= window->days.last) return "gapless backfill";
  return fmt::format("gapless backfill --from {} --to {}", days->first.to_string(), days->last.to_string());
}

ExitCode exit_code_of_files(const std::vector<LoadedFile>& files) {
  const auto failed = std::ranges::count_if(files, [](const LoadedFile& file) { return !file.report; });
  if (failed == 0) return ExitCode::kDone;
  return static_cast<std::size_t>(failed) < files.size() ? ExitCode::kPartial : ExitCode::kFailed;
}

Result<ExitCode> run_load(Invocation& call) {
  GAPLESS_ASSIGN(ReadOptions options, read_options(call));
  GAPLESS_ASSIGN(const LoadFormat format, parse_load_format(call.given.value("--format").value_or("auto")));
  const std::vector<std::string>& paths = call.given.arguments();
  std::optional<RejectsFile> rejects;
  if (const auto path = call.given.value("--rejects")) {
    GAPLESS_ASSIGN(rejects, RejectsFile::create(*path, paths, call.services.workplace()));
    options.rejects = &*rejects;
  }
  GAPLESS_ASSIGN(Loader * loader, call.services.loader());

  const auto started = std::chrono::steady_clock::now();
  std::vector<LoadedFile> files;
  for (const std::string& path : paths) {
    LoadedFile file{path, load_one(call, *loader, path, format, options)};
    call.output.text(loaded_file_text(file, call.output.style()));
    files.push_back(std::move(file));
    if (call.services.stop().stop_requested()) break;
  }
  if (rejects) GAPLESS_TRY(rejects->flush());
  const double seconds = seconds_since(started);
  call.output.document(loaded_files_json(files));
  call.output.text(loaded_files_text(files, seconds, next_command(files, call.services)));
  for (const LoadedFile& file : files)
    if (!file.report && file.report.error().fault != Fault::kCancelled) call.output.error(file.report.error().message);
  return files.size() < paths.size() ? ExitCode::kFailed : exit_code_of_files(files);
}

}  // namespace

CommandSpec load_command() {
  return {
      .name = "load",
      .group = CommandGroup::kStart,
      .summary = "bring access logs and event files into the embedded engine",
      .details =
          "Each file is loaded whole or not at all, and loading it again adds nothing. Access logs are in the "
          "Common or Combined"
          " Log Format, event files are JSON objects, one a line; either may be gzip. - is standard input.",
      .arguments =
          {{.name = "FILE", .help = "access logs or events", .least = 1, .most = SIZE_MAX, .kind = WordKind::kFile}},
      .options = {{.name = "--format",
                   .value = "FORMAT",
                   .help = "what the files are; auto looks",
                   .choices = {"auto", "access-log", "events"}},
                  {.name = "--team", .value = "ID", .help = "the team of an access log's events, 1 without it"},
                  {.name = "--host",
                   .value = "NAME",
                   .help = "the site's host name, where the log's lines do not have it"},
                  {.name = "--rejects",
                   .value = "FILE",
                   .help = "write lines that cannot be read there",
                   .kind = WordKind::kFile},
                  {.name = "--max-rejects",
                   .value = "PERCENT",
                   .help = "a file with more such lines than this is not loaded, 5 without it"}},
      .examples = {{"gapless load /var/log/nginx/access.log*.gz --host example.org", "every log of a site"},
                   {"zcat events.ndjson.gz | gapless load - --format events", "events from a pipe"}},
      .needs = Needs::kConfiguration,
      .run = run_load};
}

}  // namespace gapless
