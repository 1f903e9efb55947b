#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/query_view.h"
#include "cli/selection.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

constexpr std::uint64_t kMostRows = 100'000;
constexpr std::uint64_t kMostOffset = 1'000'000'000;

Result<std::uint64_t> read_number(const Given& given, std::string_view option, std::uint64_t least, std::uint64_t most,
                                  std::uint64_t otherwise) {
  const auto text = given.value(option);
  if (!text) return otherwise;
  const auto number = parse_number<std::uint64_t>(*text);
  if (!number || *number < least || *number > most)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a number from {} to {} (from {})", *text, least, most, option));
  return *number;
}

Result<Period> read_period(const Given& given, const TimeZone& zone, Instant now) {
  PeriodWish wish{given.value("--from").value_or(""), given.value("--to").value_or("")};
  if (const auto text = given.value("--days")) {
    if (!wish.from.empty())
      return fail(Fault::kInvalidInput, "--days cannot be combined with --from: both say where to begin");
    GAPLESS_ASSIGN(wish.days, parse_days(*text, "--days"));
  }
  return period_of(wish, zone, now);
}

/// What only a report of many values takes.
Status check_paging(const Given& given, const ReportKind& kind) {
  if (kind.rows == ReportKind::Rows::kValues) return {};
  for (const char* option : {"--sort", "--limit", "--offset"})
    if (given.has(option))
      return fail(Fault::kInvalidInput, fmt::format("{} has no rows to sort or page: leave {} out", kind.name, option));
  return {};
}

Result<ReportRequest> read_request(const Invocation& call) {
  const Given& given = call.given;
  const auto team = given.value("--team");
  if (!team) return fail(Fault::kInvalidInput, "query needs a team: gapless query REPORT --team N");
  GAPLESS_ASSIGN(const TeamId team_id, TeamId::parse(*team, "--team"));
  const ReportKind* const kind = find_report(given.arguments().front());
  if (kind == nullptr)
    return fail(Fault::kInvalidInput, fmt::format("there is no report '{}'", given.arguments().front()));
  GAPLESS_TRY(check_paging(given, *kind));
  GAPLESS_ASSIGN(const TimeZone zone, TimeZone::parse(given.value("--timezone").value_or("UTC"), "--timezone"));
  GAPLESS_ASSIGN(const Period period, read_period(given, zone, call.services.clock().now()));
  ReportRequest request{.kind = kind, .team = team_id, .period = period, .zone = zone, .bucket = usual_size(period)};
  GAPLESS_ASSIGN(request.filters, parse_filters(given.value("--filter").value_or("")));
  if (const auto sort = given.value("--sort")) {
    GAPLESS_ASSIGN(request.sort, ReportSort::parse(*sort));
  }
  if (const auto by = given.value("--by")) {
    if (kind->rows != ReportKind::Rows::kBuckets)
      return fail(Fault::kInvalidInput, "--by is for the report trend, which has hours or days");
    request.bucket = *by == "hour" ? BucketSize::kHour : BucketSize::kDay;
  }
  GAPLESS_ASSIGN(request.limit, read_number(given, "--limit", 1, kMostRows, request.limit));
  GAPLESS_ASSIGN(request.offset, read_number(given, "--offset", 0, kMostOffset, 0));
  GAPLESS_TRY(request.check());
  return request;
}

Coverage within(const Coverage& coverage, DayRange days) {
  Coverage part{days, {}, coverage.source, coverage.version};
  for (const auto& [day, answer] : coverage.answers)
    if (days.contains(day)) part.answers.emplace(day, answer);
  return part;
}

Result<Coverage> look(Invocation& call, const QueryReport& report) {
  DayRange days = report.request.period.utc_days();
  if (report.before) days.first = std::min(days.first, report.before->utc_days().first);
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  const Settings& settings = call.services.settings();
  const auto settle = std::chrono::ceil<std::chrono::seconds>(settings.settle_delay);
  const CoverageRequest request{.team = report.request.team,
                                .days = days,
                                .last_finished = last_finished_day(call.services.clock().now(), settle),
                                .kept = call.services.executor_options().kept};
  call.output.console().show("looking at source, ledger and targets …");
  auto coverage = call.services.report_memory().look(*figures.warehouse, *figures.store, request,
                                                     call.services.definition(), call.services.limits());
  call.output.console().clear();
  return coverage;
}

/// Which of the configured servers has the team.
std::uint32_t shard_of(const Invocation& call, TeamId team) {
  const std::size_t servers = std::max<std::size_t>(call.services.settings().servers().size(), 1);
  return Shards::of(servers, "engine.shards").value().shard_of(team);
}

void say_what_to_know(Invocation& call, const QueryReport& report) {
  const ReportRequest& request = report.request;
  if (!report.zone_is_exact)
    call.output.note(
        fmt::format("{} is not ahead of UTC by full hours, and figures are by the hour: days begin up to 59 "
                    "minutes early",
                    request.zone.name()));
  const auto is_empty = [](const ReportRow& row) { return row.figures == ReportFigures{}; };
  const auto& source = report.coverage.source.days;
  if (request.offset == 0 && std::ranges::all_of(report.page.rows, is_empty) && source)
    call.output.note(
        fmt::format("nothing was found; the source holds events from {} to {}: gapless query {} --team {} "
                    "--from {} --to {}",
                    source->first.to_string(), source->last.to_string(), request.kind->name, request.team.value(),
                    source->first.to_string(), source->last.to_string()));
}

Result<ExitCode> run_query(Invocation& call) {
  const bool csv = call.given.has("--csv");
  if (csv && call.output.is_json())
    return fail(Fault::kInvalidInput, "--csv and --output json cannot be combined: both say how rows are written");
  GAPLESS_ASSIGN(ReportRequest request, read_request(call));
  QueryReport report{.request = std::move(request), .coverage = {{Day::of({}), Day::of({})}, {}, {}}, .page = {}};
  const ReportRequest& asked = report.request;
  report.zone_is_exact = is_at_full_hours(asked.period, asked.zone);
  if (call.given.has("--compare")) report.before = previous(asked.period, asked.zone);

  GAPLESS_ASSIGN(const Coverage coverage, look(call, report));
  const std::uint32_t shard = shard_of(call, asked.team);
  GAPLESS_ASSIGN(report.coverage, on_one_shard(within(coverage, asked.period.utc_days()), shard));
  GAPLESS_ASSIGN(Reports* const reports, call.services.reports());
  const Limits limits = call.services.limits();
  if (call.given.has("--explain")) report.statements = {reports->statement(asked, report.coverage)};
  GAPLESS_ASSIGN(report.page, reports->read(asked, report.coverage, limits));
  if (report.before) {
    GAPLESS_ASSIGN(const Coverage before, on_one_shard(within(coverage, report.before->utc_days()), shard));
    GAPLESS_TRY(reports->read_before(asked, before, limits, report.page));
  }

  say_what_to_know(call, report);
  if (csv) {
    GAPLESS_TRY(call.output.raw(query_csv(report)));
    return ExitCode::kDone;
  }
  call.output.document(query_json(report));
  call.output.text(query_text(report, call.output.style()) +
                   (report.statements.empty() ? "" : query_explanation(report)));
  return ExitCode::kDone;
}

std::vector<std::string_view> report_names() {
  std::vector<std::string_view> names;
  for (const ReportKind& kind : report_kinds()) names.push_back(kind.name);
  return names;
}

}  // namespace

CommandSpec query_command() {
  return {
      .name = "query",
      .group = CommandGroup::kFigures,
      .summary = "a report: visitors, views, sessions, bounce rate and duration",
      .details =
          "Days whose figures are fresh are read from the rollup, all others from raw events, so that the answer is "
          "always current. Visitors over several days are counted once. Changes nothing.",
      .arguments = {{.name = "REPORT", .help = "which one", .least = 1, .most = 1, .choices = report_names()}},
      .options =
          {{.name = "--team", .value = "N", .help = "the team"},
           {.name = "--from", .value = "DAY", .help = "first day in the time zone, or an instant at a full hour"},
           {.name = "--to",
            .value = "DAY",
            .help = "last day, included, or an instant, not included; without it today"},
           {.name = "--days", .value = "N", .help = "so many days up to --to instead of --from; without either 30"},
           {.name = "--timezone", .value = "ZONE", .help = "of days and hours, as Europe/Berlin; without it UTC"},
           {.name = "--filter",
            .value = "FILTER",
            .help =
                "only what has this: browser=Chrome|Firefox, page^/docs/ (begins with), referrer~google (contains), "
                "country!=DE; repeat it for more",
            .lines = true},
           {.name = "--sort",
            .value = "FIGURE",
            .help = "value, visitors (usual), views, sessions, bounce_rate or "
                    "session_duration_seconds; with :asc or :desc"},
           {.name = "--limit", .value = "N", .help = "so many rows at most; without it 10"},
           {.name = "--offset", .value = "N", .help = "leave out so many rows before"},
           {.name = "--by",
            .value = "SIZE",
            .help = "of a trend's points; without it hours up to two days",
            .choices = {"hour", "day"}},
           {.name = "--compare", .help = "with the period before, of the same length"},
           {.name = "--csv", .help = "rows as CSV"},
           {.name = "--explain", .help = "which day is answered from what, and the statement"}},
      .examples = {{"gapless query overview --team 1 --days 7", "the last week, today included"},
                   {"gapless query pages --team 1 --from 2026-03-01 --to 2026-03-31 --filter 'channel=Organic Search'",
                    "what a month's visitors from search engines viewed"},
                   {"gapless query trend --team 1 --days 1 --timezone Europe/Berlin --by hour", "today, hour by hour"}},
      .needs = Needs::kConfiguration,
      .run = run_query};
}

}  // namespace gapless
