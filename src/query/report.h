#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/filter.h"

namespace gapless {

/// A report of CLI.md's list by what its rows are.
struct ReportKind {
  enum class Rows { kOne, kBuckets, kValues };
  std::string_view name;  ///< "entry-pages"
  Rows rows = Rows::kValues;
  std::string_view dimension = {};  ///< of values, by its name
  std::string_view heading = {};    ///< of the values' column
};

std::span<const ReportKind> report_kinds();
/// None for a name that is no report's.
const ReportKind* find_report(std::string_view name);

/// The figures of a row. Bounces and duration are 0 where views are counted.
struct ReportFigures {
  std::uint64_t visitors = 0;
  std::uint64_t views = 0;
  std::uint64_t sessions = 0;
  std::uint64_t bounces = 0;
  std::int64_t duration_seconds = 0;

  /// Of the sessions; none where there is no session.
  std::optional<double> bounce_rate() const;
  std::optional<double> session_duration_seconds() const;
  bool operator==(const ReportFigures&) const = default;
};

struct ReportRow {
  std::string value;  ///< of a breakdown; a bucket's name; empty for an overview
  ReportFigures figures;
  std::optional<ReportFigures> before = {};  ///< in the previous period, where that was asked for
};

/// What rows are in order of.
struct ReportSort {
  enum class By { kValue, kVisitors, kViews, kSessions, kBounceRate, kDuration };
  By by = By::kVisitors;
  bool descending = true;

  /// "views", "value", "bounce_rate:asc": figures descend unless it is said otherwise, values ascend. Errors: kInvalidInput.
  static Result<ReportSort> parse(std::string_view text);
};

}  // namespace gapless
