#include "reading.h"

#include <fmt/format.h>

#include "query/reports.h"

namespace gapless::bench {
namespace {

struct Raw {
  const char* report;
  const char* query;  ///< the same figures from raw events, as one asks who has no rollup
};

constexpr const char* kSessions =
    "(SELECT min(timestamp) AS start, argMax(person_id, timestamp) AS person, countIf(event IN ('$pageview', "
    "'$screen')) AS "
    "views, argMinIf(referring_domain, timestamp, event IN ('$pageview', '$screen')) AS referrer, "
    "dateDiff('second', min(timestamp), max(timestamp)) AS duration, uniqExactIf(uuid, event IN ('$pageview', "
    "'$screen', "
    "'$autocapture')) <= 1 AND duration < 10 AS bounce FROM gapless.events WHERE team_id = 1 AND timestamp >= "
    "'2026-05-16' AND "
    "timestamp < '2026-06-15' AND toDate(timestamp) BETWEEN '2026-05-16' AND '2026-06-14' GROUP BY session_id HAVING "
    "views > "
    "0)";

const Raw kRaw[] = {
    {"overview", "SELECT uniq(person), sum(views), count(), avg(bounce), avg(duration) FROM {sessions}"},
    {"trend",
     "SELECT toDate(start) AS day, uniq(person), sum(views), count(), avg(bounce), avg(duration) FROM {sessions} GROUP "
     "BY day "
     "ORDER BY day"},
    {"referrers",
     "SELECT referrer, uniq(person) AS visitors, sum(views), count(), avg(bounce), avg(duration) FROM {sessions} GROUP "
     "BY "
     "referrer ORDER BY visitors DESC LIMIT 10"},
    {"pages",
     "SELECT pathname, uniq(person_id) AS visitors, count(), uniq(session_id) FROM gapless.events WHERE team_id = 1 "
     "AND event IN "
     "('$pageview', '$screen') AND timestamp >= '2026-05-16' AND timestamp < '2026-06-15' AND toDate(timestamp) "
     "BETWEEN "
     "'2026-05-16' AND '2026-06-14' GROUP BY pathname ORDER BY visitors DESC LIMIT 10"}};

std::string row_of(const std::string& report) { return "report: " + report; }

}  // namespace

void measure_reading(Workbench& bench, std::size_t runs, Figures& figures) {
  Product product(bench, "gapless.events", "read");
  product.rebuild(bench.days());
  for (std::size_t i = 0; i <= runs; ++i)
    for (const Raw& raw : kRaw) {
      std::string query = raw.query;
      if (const auto at = query.find("{sessions}"); at != std::string::npos) query.replace(at, 10, kSessions);
      const double from_raw = seconds_of([&] { bench.rows(query); });
      const auto report = [&](bool remembers) {
        return seconds_of([&] { product.report(raw.report, must(TeamId::from(1, "bench")), bench.days(), remembers); });
      };
      const double from_rollup = report(false);
      const double again = report(true);
      if (i == 0) continue;
      figures.add(row_of(raw.report), "raw", from_raw);
      figures.add(row_of(raw.report), "gapless", from_rollup);
      figures.add(row_of(raw.report), "again", again);
    }
}

void print_reading(const Figures& figures) {
  fmt::print("\n{:38} {:>12} {:>12} {:>12} {:>9} {:>9}\n", "largest team, 30 days", "raw events", "gapless", "again",
             "gapless", "again");
  for (const Raw& raw : kRaw) {
    const std::string row = row_of(raw.report);
    const double events = figures.of(row, "raw"), read = figures.of(row, "gapless"), again = figures.of(row, "again");
    fmt::print("{:38} {:>12} {:>12} {:>12} {:>9} {:>9}\n", row, seconds_text(events), seconds_text(read),
               seconds_text(again), ratio(events, read), ratio(events, again));
  }
}

}  // namespace gapless::bench
