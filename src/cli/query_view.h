#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"
#include "query/reports.h"

namespace gapless {

/// A report and what it was asked for.
struct QueryReport {
  ReportRequest request;
  Coverage coverage;
  ReportPage page;
  bool zone_is_exact = true;               ///< days of the time zone begin at full hours
  std::optional<Period> before = {};       ///< the previous period, where rows are compared with it
  std::vector<Statement> statements = {};  ///< that answered it, where that is to be told

  /// Rows have bounces and durations.
  bool has_rates() const { return request.counted() == sql::Counted::kSessions; }
};

std::string query_text(const QueryReport& report, const Style& style);
std::string query_csv(const QueryReport& report);
Json query_json(const QueryReport& report);

/// Which days were answered from what, and by which statements.
std::string query_explanation(const QueryReport& report);

}  // namespace gapless
