#include "detection.h"

#include <fmt/format.h>

namespace gapless::bench {
namespace {

std::uint64_t rows_read(Workbench& bench) {
  std::uint64_t rows = 0;
  for (const auto& [kind, cost] : bench.metered().costs()) rows += cost.rows_read;
  return rows;
}

}  // namespace

void measure_detection(Workbench& bench, std::size_t runs, Figures& figures) {
  const DayRange days = bench.days();
  Product product(bench, "gapless.events", "detection");
  for (std::size_t i = 0; i <= runs; ++i) {
    const auto add = [&](const char* row, double seconds) {
      if (i > 0) figures.add(row, "gapless", seconds);
    };
    const double scan = seconds_of([&] {
      bench.rows(
          "SELECT team_id, toDate(timestamp) AS day, count() AS events, countIf(event IN ('$pageview', '$screen')) AS "
          "views, "
          "sum(cityHash64(uuid, event, timestamp, person_id, session_id)) AS hash FROM gapless.events GROUP BY "
          "team_id, day");
    });
    if (i > 0) figures.add("look, first time", "scan", scan);
    product.forget_what_was_read();
    add("look, first time", seconds_of([&] { product.look(days); }));
    bench.metered().forget();
    add("look, nothing changed", seconds_of([&] { product.look(days); }));
    figures.note("rows read where nothing changed", static_cast<double>(rows_read(bench)));
    bench.execute(
        "INSERT INTO gapless.events SELECT * REPLACE(generateUUIDv4() AS uuid) FROM gapless.events WHERE team_id = 40 "
        "AND "
        "toDate(timestamp) = '2026-05-30' LIMIT 1");
    add("look, one partition touched", seconds_of([&] { product.look(days); }));
  }
}

void print_detection(const Figures& figures) {
  const double scan = figures.of("look, first time", "scan");
  if (scan == 0) return;
  fmt::print("\na plain scan of the same columns: {}\n", seconds_text(scan));
  for (const char* row : {"look, first time", "look, nothing changed", "look, one partition touched"})
    fmt::print("{:38} {:>12}  {:.2f} scans\n", row, seconds_text(figures.of(row, "gapless")),
               figures.of(row, "gapless") / scan);
}

}  // namespace gapless::bench
