#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "query/coverage.h"
#include "query/filter.h"
#include "query/period.h"
#include "query/report.h"
#include "query/report_memory.h"
#include "sql/reports.h"

namespace gapless {

/// A report, asked for.
struct ReportRequest {
  const ReportKind* kind = nullptr;
  TeamId team;
  Period period;
  TimeZone zone = {};
  BucketSize bucket = BucketSize::kDay;  ///< of a trend
  std::vector<Filter> filters = {};
  ReportSort sort = {};  ///< of values; of these also limit and offset
  std::uint64_t limit = 10;
  std::uint64_t offset = 0;

  /// What values are of; null where rows are none.
  const Dimension* dimension() const;
  sql::Counted counted() const;
  /// Errors: kInvalidInput where filters are of what tables of views and of sessions have apart.
  Status check() const;
};

struct ReportPage {
  std::vector<ReportRow> rows;
  bool has_more = false;  ///< there are rows after these
};

/// Reports, read through an engine. Thread-safe.
class Reports {
 public:
  /// From so many sessions a day on, totals of days are merged from few large states and not from those of its hours: a uniq
  /// state holds 65,536 hashes at most.
  static constexpr std::uint64_t kManySessions = 50'000;

  /// The engines, by shard, must outlive it, and a memory that it is to use.
  Reports(std::vector<Engine*> engines, sql::ReportTables tables, ReportMemory* memory = nullptr,
          std::uint64_t many_sessions = kManySessions)
      : engines_(std::move(engines)), tables_(std::move(tables)), memory_(memory), many_sessions_(many_sessions) {}
  Reports(Engine& engine, sql::ReportTables tables, ReportMemory* memory = nullptr,
          std::uint64_t many_sessions = kManySessions)
      : Reports(std::vector{&engine}, std::move(tables), memory, many_sessions) {}

  /// The days of `coverage` answered from what it says. Whatever is published meanwhile, a day is read from one table, as of
  /// a moment no earlier than the look.
  Result<ReportPage> read(const ReportRequest& request, const Coverage& coverage, const Limits& limits) const;
  /// Gives each row of a page what it was in the previous period, whose days `coverage` tells of.
  Status read_before(const ReportRequest& request, const Coverage& coverage, const Limits& limits,
                     ReportPage& page) const;

  /// What read() would run.
  Statement statement(const ReportRequest& request, const Coverage& coverage) const;

  /// The table that answers a day; none: raw events do. Without filters the narrow target has totals by the hour, and of
  /// days that are whole the values of one dimension.
  static std::optional<Target> table_of(const ReportRequest& request, Day day, const DayAnswer& answer);

 private:
  Statement statement(const ReportRequest& request, const Coverage& coverage,
                      const std::vector<std::string>* only_values) const;
  /// The dimension of the narrow target that totals are read from.
  std::string totals_from(const ReportRequest& request, const Coverage& coverage) const;
  Result<std::vector<ReportRow>> ask(const Statement& statement, const Coverage& coverage, const Limits& limits) const;
  Result<std::vector<ReportRow>> ask_engine(const Statement& statement, std::uint32_t shard,
                                            const Limits& limits) const;

  const std::vector<Engine*> engines_;
  const sql::ReportTables tables_;
  ReportMemory* const memory_;
  const std::uint64_t many_sessions_;
};

}  // namespace gapless
