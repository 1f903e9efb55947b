#include "query/reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/ask.h"
#include "query/channel_lists.h"
#include "sql/channels.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

constexpr std::uint64_t kAllRows = 1'000'000;

std::string hour_text(Instant instant) {
  std::string text = format_instant(instant);  // 2026-03-01T09:00:00Z
  text.pop_back();
  text[10] = ' ';
  return text;
}

std::vector<std::string> texts_of(const std::vector<Day>& days) {
  std::vector<std::string> texts;
  texts.reserve(days.size());
  for (const Day day : days) texts.push_back(day.to_string());
  return texts;
}

/// Each of the days with those from `first` to `last` days later.
std::vector<Day> widened(const std::vector<Day>& days, int first, int last) {
  std::vector<Day> all;
  for (const Day day : days)
    for (int offset = first; offset <= last; ++offset) all.push_back(day + offset);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string numbers(const std::vector<DayShift>& shifts, std::int64_t DayShift::*member) {
  std::vector<std::int64_t> values;
  for (const DayShift& shift : shifts) values.push_back(shift.*member);
  return fmt::format("[{}]", fmt::join(values, ","));
}

/// The number of a row's bucket.
std::string bucket_text(BucketSize size) {
  if (size == BucketSize::kHour) return "toString(intDiv(toUnixTimestamp(period_bucket), 3600))";
  return "toString(intDiv(toInt64(toUnixTimestamp(period_bucket)) + {day_shifts:Array(Int64)}[greatest(1,"
         " arrayCount(b -> b <= toUnixTimestamp(period_bucket), {day_shift_begins:Array(Int64)}))], 86400))";
}

std::string order_of(const ReportSort& sort) {
  const auto figure = [&]() -> std::string {
    switch (sort.by) {
      case ReportSort::By::kValue: return "value";
      case ReportSort::By::kVisitors: return "visitors";
      case ReportSort::By::kViews: return "views";
      case ReportSort::By::kSessions: return "sessions";
      case ReportSort::By::kBounceRate: return "bounces / nullIf(sessions, 0)";
      case ReportSort::By::kDuration: return "duration / nullIf(sessions, 0)";
    }
    return "value";
  };
  return figure() + (sort.descending ? " DESC" : " ASC");
}

bool reads_channels(const ReportRequest& request) {
  const auto is_channel = [](const Dimension& one) { return one.kind == Dimension::Kind::kChannel; };
  return request.kind->dimension == "channel" ||
         std::ranges::any_of(request.filters, [&](const Filter& filter) { return is_channel(*filter.dimension); });
}

Result<ReportRow> row_of(const Rows& rows, std::size_t row) {
  ReportRow one{rows.text(row, 0), {}};
  GAPLESS_ASSIGN(one.figures.visitors, rows.u64(row, 1));
  GAPLESS_ASSIGN(one.figures.views, rows.u64(row, 2));
  GAPLESS_ASSIGN(one.figures.sessions, rows.u64(row, 3));
  GAPLESS_ASSIGN(one.figures.bounces, rows.u64(row, 4));
  GAPLESS_ASSIGN(one.figures.duration_seconds, rows.i64(row, 5));
  return one;
}

/// Every bucket of the period, in order, with the figures of those that have any.
std::vector<ReportRow> in_buckets(const ReportRequest& request, const std::vector<ReportRow>& rows) {
  std::map<std::string, ReportFigures> found;
  for (const ReportRow& row : rows) found.emplace(row.value, row.figures);
  std::vector<ReportRow> filled;
  for (const Bucket& bucket : buckets_of(request.period, request.bucket, request.zone)) {
    const auto figures = found.find(std::to_string(bucket.number));
    filled.push_back({bucket.name, figures == found.end() ? ReportFigures{} : figures->second});
  }
  return filled;
}

}  // namespace

const Dimension* ReportRequest::dimension() const {
  return kind->dimension.empty() ? nullptr : *find_dimension(kind->dimension, "");
}

sql::Counted ReportRequest::counted() const {
  const bool views = (dimension() != nullptr && dimension()->of_views) || any_of_views(filters);
  return views ? sql::Counted::kViews : sql::Counted::kSessions;
}

Status ReportRequest::check() const {
  const auto is_of_sessions = [](const Filter& one) { return one.dimension->kind == Dimension::Kind::kEntryHost; };
  if (counted() == sql::Counted::kViews && std::ranges::any_of(filters, is_of_sessions))
    return fail(Fault::kInvalidInput,
                "entry_host cannot be combined with page or host: where views are counted, only the host of each view "
                "is known");
  const bool by_rate = sort.by == ReportSort::By::kBounceRate || sort.by == ReportSort::By::kDuration;
  if (counted() == sql::Counted::kViews && by_rate && kind->rows == ReportKind::Rows::kValues)
    return fail(Fault::kInvalidInput,
                "where views are counted there are no bounces and no durations to sort by (from --sort)");
  return {};
}

std::optional<Target> Reports::table_of(const ReportRequest& request, Day day, const DayAnswer& answer) {
  if (answer.source == DaySource::kRaw) return std::nullopt;
  const Dimension* const dimension = request.dimension();
  const bool is_whole = request.period.from <= day.start() && (day + 1).start() <= request.period.until;
  const bool in_narrow = dimension == nullptr || (is_whole && dimension->kind == Dimension::Kind::kText);
  const NarrowPart wanted = dimension != nullptr && dimension->of_views ? NarrowPart::kAll : NarrowPart::kSessions;
  if (answer.narrow >= wanted && request.filters.empty() && in_narrow) return Target::kBreakdowns;
  return request.counted() == sql::Counted::kViews ? Target::kStats : Target::kBounces;
}

Statement Reports::statement(const ReportRequest& request, const Coverage& coverage) const {
  return statement(request, coverage, nullptr);
}

Statement Reports::statement(const ReportRequest& request, const Coverage& coverage,
                             const std::vector<std::string>* only_values) const {
  const std::vector<Day> raw = coverage.of(DaySource::kRaw);
  sql::ReportText text{.counted = request.counted(), .value = "''", .condition = condition_of(request.filters)};
  text.reads_raw = !raw.empty();
  std::vector<Day> narrow;
  for (const auto& [day, answer] : coverage.answers)
    if (table_of(request, day, answer) == Target::kBreakdowns) narrow.push_back(day);
  text.reads_rollup = raw.size() + narrow.size() < coverage.answers.size();
  const auto reads = [&](const Dimension& dimension) {
    for (const std::string_view column : dimension.columns()) text.columns.emplace(column);
  };
  for (const Filter& filter : request.filters) reads(*filter.dimension);
  const bool by_value = request.kind->rows == ReportKind::Rows::kValues;
  const bool by_bucket = request.kind->rows == ReportKind::Rows::kBuckets;
  if (by_bucket) text.value = bucket_text(request.bucket);
  text.by_value = by_value;
  if (by_value) {
    const Dimension& dimension = *request.dimension();
    reads(dimension);
    text.value = dimension.text();
    text.order = order_of(request.sort);
    text.only_values = only_values != nullptr;
    if (!narrow.empty()) text.narrow = dimension.column;
    if (only_values != nullptr)
      text.condition +=
          fmt::format("{}{} IN ({{values:Array(String)}})", text.condition.empty() ? "" : " AND ", text.value);
  }
  if (!by_value && !narrow.empty()) text.narrow = totals_from(request, coverage);

  Statement statement(sql::report(text, tables_));
  statement.bind("teams", Teams{request.team});
  statement.bind("from", hour_text(request.period.from)).bind("until", hour_text(request.period.until));
  const bool paged = by_value && only_values == nullptr;
  statement.bind("limit", paged ? request.limit + 1 : kAllRows).bind("offset", paged ? request.offset : 0);
  for (std::size_t i = 0; i < request.filters.size(); ++i)
    statement.bind(fmt::format("filter_{}", i), request.filters[i].texts);
  if (only_values != nullptr) statement.bind("values", *only_values);
  if (by_bucket && request.bucket == BucketSize::kDay) {
    const std::vector<DayShift> shifts = day_shifts(request.period, request.zone);
    statement.bind_escaped("day_shifts", numbers(shifts, &DayShift::seconds));
    statement.bind_escaped("day_shift_begins", numbers(shifts, &DayShift::begin));
  }
  if (reads_channels(request)) bind_channel_lists(statement);
  if (text.narrow) statement.bind("dimension", *text.narrow);
  if (text.narrow && (text.reads_rollup || text.reads_raw)) statement.bind("narrow", texts_of(narrow));
  if (text.reads_rollup && (text.reads_raw || text.narrow)) {
    std::vector<Day> elsewhere = narrow;
    elsewhere.insert(elsewhere.end(), raw.begin(), raw.end());
    statement.bind("elsewhere", texts_of(elsewhere));
  }
  if (text.reads_raw)
    statement.bind("owned", texts_of(raw))
        .bind("seen", texts_of(widened(raw, 0, 1)))
        .bind("around", texts_of(widened(raw, -2, 1)));
  return statement;
}

std::string Reports::totals_from(const ReportRequest& request, const Coverage& coverage) const {
  constexpr std::string_view kHours;
  constexpr std::string_view kDays = "has_fbclid";  // of one value or two
  const auto is_midnight = [](Instant instant) { return Day::of(instant).start() == instant; };
  if (!is_midnight(request.period.from) || !is_midnight(request.period.until)) return std::string(kHours);
  if (request.kind->rows == ReportKind::Rows::kBuckets) {
    const auto is_utc = [](const DayShift& shift) { return shift.seconds == 0; };
    if (request.bucket == BucketSize::kHour || !std::ranges::all_of(day_shifts(request.period, request.zone), is_utc))
      return std::string(kHours);
  }
  std::uint64_t sessions = 0, days = 0;
  for (const auto& [day, answer] : coverage.answers) {
    if (table_of(request, day, answer) != Target::kBreakdowns) continue;
    sessions += answer.sessions;
    ++days;
  }
  return std::string(sessions >= many_sessions_ * days ? kDays : kHours);
}

Result<std::vector<ReportRow>> Reports::ask(const Statement& statement, const Coverage& coverage,
                                            const Limits& limits) const {
  // Raw events may be read with persons that have been merged since, of which a version says nothing.
  const bool may_be_known = memory_ != nullptr && !coverage.version.empty() && coverage.of(DaySource::kRaw).empty();
  if (!may_be_known) return ask_engine(statement, coverage.shard, limits);
  if (auto known = memory_->rows(statement, coverage.version)) return std::move(*known);
  GAPLESS_ASSIGN(std::vector<ReportRow> rows, ask_engine(statement, coverage.shard, limits));
  memory_->keep_rows(statement, coverage.version, rows);
  return rows;
}

Result<std::vector<ReportRow>> Reports::ask_engine(const Statement& statement, std::uint32_t shard,
                                                   const Limits& limits) const {
  StatementOptions options = options_of(limits);
  options.max_result_rows = kAllRows;
  options.read_only = true;
  // Many raw days are many sessions: what does not fit in memory goes to the disk.
  if (limits.memory_limit_bytes > 0)
    for (const char* setting : {"max_bytes_before_external_group_by", "max_bytes_before_external_sort"})
      options.settings[setting] = std::to_string(limits.memory_limit_bytes / 4);
  GAPLESS_ASSIGN(const Rows rows,
                 gapless::ask(*engines_.at(shard), "the report", statement,
                              {"value", "visitors", "views", "sessions", "bounces", "duration"}, options));
  std::vector<ReportRow> found;
  found.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(ReportRow row, row_of(rows, i));
    found.push_back(std::move(row));
  }
  return found;
}

Result<ReportPage> Reports::read(const ReportRequest& request, const Coverage& coverage, const Limits& limits) const {
  GAPLESS_TRY(request.check());
  ReportPage page;
  GAPLESS_ASSIGN(page.rows, ask(statement(request, coverage), coverage, limits));
  if (request.kind->rows == ReportKind::Rows::kBuckets) page.rows = in_buckets(request, page.rows);
  if (request.kind->rows == ReportKind::Rows::kOne && page.rows.empty()) page.rows.emplace_back();
  if (request.kind->rows == ReportKind::Rows::kValues && page.rows.size() > request.limit) {
    page.has_more = true;
    page.rows.resize(request.limit);
  }
  return page;
}

Status Reports::read_before(const ReportRequest& request, const Coverage& coverage, const Limits& limits,
                            ReportPage& page) const {
  ReportRequest earlier = request;
  earlier.period = previous(request.period, request.zone);
  std::vector<std::string> values;
  for (const ReportRow& row : page.rows) values.push_back(row.value);
  const bool by_value = request.kind->rows == ReportKind::Rows::kValues;
  GAPLESS_ASSIGN(std::vector<ReportRow> rows,
                 ask(statement(earlier, coverage, by_value ? &values : nullptr), coverage, limits));
  if (by_value) {
    std::map<std::string, ReportFigures> found;
    for (const ReportRow& row : rows) found.emplace(row.value, row.figures);
    for (ReportRow& row : page.rows) {
      const auto before = found.find(row.value);
      row.before = before == found.end() ? ReportFigures{} : before->second;
    }
    return {};
  }
  if (request.kind->rows == ReportKind::Rows::kBuckets) rows = in_buckets(earlier, rows);
  rows.resize(page.rows.size());
  for (std::size_t i = 0; i < page.rows.size(); ++i) page.rows[i].before = rows[i].figures;
  return {};
}

}  // namespace gapless
