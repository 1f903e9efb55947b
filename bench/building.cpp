#include "building.h"

#include <fmt/format.h>

#include "reference_way.h"
#include "sql/columns.h"

namespace gapless::bench {
namespace {

const Targets kWide = {Target::kStats, Target::kBounces};
constexpr const char* kTheirs = "bench.events";
constexpr const char* kRepeating = "bench.events_repeating";
constexpr const char* kOwn = "gapless.events";

ReferenceWay reference(Workbench& bench, ReferenceWay::Rules rules, ReferenceWay::Days days,
                       const std::string& events) {
  ReferenceWay way{
      rules, days, events,
      fmt::format("usual_{}_{}_{}", rules == ReferenceWay::Rules::kExact ? "exact" : "published",
                  days == ReferenceWay::Days::kSame ? "same" : "around", events.substr(events.find('.') + 1))};
  for (const std::string& statement : way.create()) bench.execute(statement);
  return way;
}

ReferenceWay exact(Workbench& bench, const std::string& events) {
  return reference(bench, ReferenceWay::Rules::kExact, ReferenceWay::Days::kAround, events);
}

/// Seconds of a day, with the merging that it leaves to be done.
double run(Workbench& bench, const ReferenceWay& way, Day day) {
  double took = 0;
  for (const std::string& statement : way.build(day)) took += seconds_of([&] { bench.execute(statement); });
  for (const Target target : kWide) took += bench.merge(way.target(target), day.partition_id());
  return took;
}

/// Seconds of the merging that gapless leaves to be done.
double merge(Workbench& bench, Product& product, DayRange days) {
  double took = 0;
  for (const Target target : product.targets())
    for (Day day = days.first; day <= days.last; day = day + 1)
      for (const Partition& partition : product.team_buckets().partitions_of(day))
        took += bench.merge(product.target(target), product.team_buckets().partition_id(partition));
  return took;
}

double run(Workbench& bench, Product& product, DayRange days, std::optional<Teams> teams = {}) {
  return seconds_of([&] { product.rebuild(days, std::move(teams)); }) + merge(bench, product, days);
}

/// Every group of a day with its figures as numbers, in types of ours.
std::string groups(const std::string& table, Target target, Day day) {
  std::string columns = "toUInt64(team_id) AS team_id, period_bucket";
  for (const sql::Column& column : sql::dimensions(target))
    columns += fmt::format(", CAST({0}, '{1}') AS {0}", column.name,
                           column.type == "LowCardinality(String)" ? "String" : column.type);
  for (const sql::Column& column : sql::states(target))
    columns += fmt::format(", finalizeAggregation({0}) AS {0}", column.name);
  return fmt::format("SELECT {} FROM {} WHERE toDate(period_bucket) = '{}'", columns, table, day.to_string());
}

std::uint64_t views(Workbench& bench, const std::string& table) {
  return bench.number("SELECT sum(finalizeAggregation(pageviews_count_state)) AS n FROM " + table);
}

Day a_day(const Workbench& bench) { return bench.days().first + 14; }

void print_costs(const std::map<std::string, Cost>& costs) {
  for (const auto& [kind, cost] : costs)
    fmt::print("  {:70.70} {:4} {:8.3f} s {:8.3f} s cpu {:11} rows read {:9} written {:6.0f} MB\n", kind,
               cost.statements, cost.seconds, cost.cpu_seconds, cost.rows_read, cost.rows_written,
               static_cast<double>(cost.peak_memory_bytes) / 1e6);
}

}  // namespace

void check_same_groups(Workbench& bench) {
  const Day day = a_day(bench);
  for (const char* events : {kTheirs, kRepeating}) {
    const ReferenceWay way = exact(bench, events);
    Product product(bench, events, "same_groups");
    run(bench, way, day);
    product.rebuild({day, day});
    for (const Target target : kWide) {
      const std::string ours = groups(product.target(target), target, day);
      const std::string theirs = groups(way.target(target), target, day);
      const auto number = bench.number(fmt::format("SELECT count() AS n FROM ({})", ours));
      const auto different = bench.number(
          fmt::format("SELECT count() AS n FROM (({0} EXCEPT ALL {1}) UNION ALL ({1} EXCEPT ALL {0}))", ours, theirs));
      fmt::print(stderr, "{} on {}, {}: {} groups, {} differ; {:.2f} to a group\n", events, day.to_string(),
                 name(target), number, different,
                 static_cast<double>(
                     target == Target::kStats
                         ? views(bench, product.target(target))
                         : bench.number("SELECT sum(finalizeAggregation(total_session_count_state)) AS n FROM " +
                                        product.target(target))) /
                     static_cast<double>(number));
      if (different > 0 || number == 0) throw std::runtime_error("the two ways make different groups");
    }
  }
}

void measure_days(Workbench& bench, std::size_t runs, Figures& figures) {
  const Day day = a_day(bench);
  const ReferenceWay usual = exact(bench, kTheirs);
  const ReferenceWay usual_repeating = exact(bench, kRepeating);
  const auto published = reference(bench, ReferenceWay::Rules::kPublished, ReferenceWay::Days::kAround, kTheirs);
  const auto same_day = reference(bench, ReferenceWay::Rules::kPublished, ReferenceWay::Days::kSame, kTheirs);
  Product theirs(bench, kTheirs, "on_theirs");
  Product own(bench, kOwn, "on_own");
  Product repeating(bench, kRepeating, "on_repeating");
  Product wide(bench, kOwn, "wide_alone", {Target::kStats, Target::kBounces});
  Product dealt(bench, kOwn, "in_8_buckets", all_targets(), must(TeamBuckets::of(8, "bench")));
  const Teams large{must(TeamId::from(1, "bench"))}, small{must(TeamId::from(40, "bench"))};
  for (std::size_t i = 0; i <= runs; ++i) {  // the first is not counted
    const auto add = [&](const char* row, const char* column, double seconds) {
      if (i > 0) figures.add(row, column, seconds);
    };
    add("day", "exact", run(bench, usual, day));
    add("day", "published", run(bench, published, day));
    add("day", "same day", run(bench, same_day, day));
    add("day", "gapless", run(bench, theirs, {day, day}));
    add("day, own events", "gapless", run(bench, own, {day, day}));
    add("day, own events, wide targets alone", "gapless", run(bench, wide, {day, day}));
    add("day, keys repeat", "exact", run(bench, usual_repeating, day));
    add("day, keys repeat", "gapless", run(bench, repeating, {day, day}));
    add("cell of a large team", "gapless", run(bench, own, {day, day}, large));
    add("cell of a small team", "gapless", run(bench, own, {day, day}, small));
    add("day, 8 team buckets", "gapless", run(bench, dealt, {day, day}));
    add("cell of a small team, 8 team buckets", "gapless", run(bench, dealt, {day, day}, small));
    fmt::print(stderr, "day, run {} of {}\n", i, runs);
  }
  figures.note("view events of the day", static_cast<double>(views(bench, published.target(Target::kStats))));
  figures.note("view events of the day, same day's events alone",
               static_cast<double>(views(bench, same_day.target(Target::kStats))));
}

void measure_month(Workbench& bench, std::size_t runs, Figures& figures) {
  const ReferenceWay usual = exact(bench, kTheirs);
  const auto published = reference(bench, ReferenceWay::Rules::kPublished, ReferenceWay::Days::kAround, kTheirs);
  Product theirs(bench, kTheirs, "on_theirs");
  Product own(bench, kOwn, "on_own");
  const auto all_days = [&](const ReferenceWay& way) {
    double sum = 0;
    for (Day day = bench.days().first; day <= bench.days().last; day = day + 1) sum += run(bench, way, day);
    return sum;
  };
  for (std::size_t i = 1; i <= runs; ++i) {
    figures.add("month", "exact", all_days(usual));
    figures.add("month", "published", all_days(published));
    bench.metered().forget();
    const double took = seconds_of([&] { theirs.rebuild(bench.days()); });
    figures.add("month", "gapless", took + merge(bench, theirs, bench.days()));
    const double building = bench.metered().seconds_of_building();
    const double working = bench.metered().seconds_of_work();
    figures.note("share of reading again what was staged in the month", (working - building) / took);
    figures.note("share of planning and bookkeeping in the month", 1 - working / took);
    figures.add("month, own events", "gapless", run(bench, own, bench.days()));
    fmt::print(stderr, "month, run {} of {}\n", i, runs);
  }
  double peak = 0;
  for (const auto& [kind, cost] : bench.metered().costs())
    peak = std::max(peak, static_cast<double>(cost.peak_memory_bytes));
  figures.note("peak memory of a statement, bytes", peak);
}

void profile_day(Workbench& bench, std::size_t runs) {
  const Day day = a_day(bench);
  for (const char* events : {kOwn, kTheirs}) {
    Product product(bench, events, "profiled");
    for (std::size_t i = 0; i <= runs; ++i) {
      bench.metered().forget();
      const double cpu = cpu_now();
      const double took = seconds_of([&] { product.rebuild({day, day}); });
      fmt::print("{}, run {}: {:.3f} s, {:.3f} s of processor time\n", events, i, took, cpu_now() - cpu);
    }
    print_costs(bench.metered().costs());
  }
  const ReferenceWay way = exact(bench, kTheirs);
  const double cpu = cpu_now();
  const double took = run(bench, way, day);
  fmt::print("the usual way, exact: {:.3f} s, {:.3f} s of processor time\n", took, cpu_now() - cpu);
}

void print_building(const Figures& figures) {
  if (figures.of("day", "gapless") == 0) return;
  fmt::print("\n{:38} {:>12} {:>12} {:>12} {:>9} {:>9}\n", "", "exact", "published", "gapless", "exact", "published");
  for (const char* row : {"day", "day, own events", "day, own events, wide targets alone", "day, keys repeat",
                          "cell of a large team", "cell of a small team", "day, 8 team buckets",
                          "cell of a small team, 8 team buckets", "month", "month, own events"}) {
    const std::string name = row;
    const std::string base = name.starts_with("month") ? "month" : name == "day, keys repeat" ? name : "day";
    const double ours = figures.of(name, "gapless");
    if (ours == 0) continue;
    fmt::print("{:38} {:>12} {:>12} {:>12} {:>9} {:>9}\n", name, seconds_text(figures.of(base, "exact")),
               seconds_text(figures.of(base, "published")), seconds_text(ours), ratio(figures.of(base, "exact"), ours),
               ratio(figures.of(base, "published"), ours));
  }
  const double all = figures.noted("view events of the day");
  const double kept = figures.noted("view events of the day, same day's events alone");
  if (all > 0)
    fmt::print(
        "the original joins the same day's events alone ({}), and loses {:.0f} of {:.0f} view events at midnight\n",
        seconds_text(figures.of("day", "same day")), all - kept, all);
  if (figures.of("month", "gapless") > 0)
    fmt::print(
        "planning and bookkeeping: {:.1f} % of the month, reading again what was staged alone: {:.1f} %; the largest"
        " statement took {:.0f} MB\n",
        100 * figures.noted("share of planning and bookkeeping in the month"),
        100 * figures.noted("share of reading again what was staged in the month"),
        figures.noted("peak memory of a statement, bytes") / 1e6);
}

}  // namespace gapless::bench
