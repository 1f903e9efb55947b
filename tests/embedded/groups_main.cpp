// Writes the groups that the product makes of files of events, in the form of the reference (tests/reference/rollup.py),
// backfilled in one go, a day at a time and a team at a time. All in one process, since a new engine compiles each
// expression anew, which takes longer than small streams do.
//
// usage: embedded_groups (EVENTS.ndjson FIRST-DAY LAST-DAY OUT-DIRECTORY TEAM-BUCKETS MEGABYTES VERIFIED-DAYS)...
// Writes OUT-DIRECTORY/{once,days,teams}.{stats,bounces,breakdowns}, each group a JSON array of strings on a line. Where
// MEGABYTES is not 0, the same for as many megabytes of memory in all, for half as many, and so on until one team's day
// does not fit, in OUT-DIRECTORY/<number>MB.*

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "embedded/embedded.h"
#include "run/verification.h"

namespace gapless::test {

constexpr int kArguments = 7;  ///< of a stream

namespace {

using Backfill = std::function<std::vector<RunReport>()>;

/// Empties the rollup, backfills it in one way, and writes its groups.
Status one_way(Embedded& product, const std::string& name, const Backfill& backfill,
               const std::filesystem::path& directory) {
  product.forget_rollup();
  for (const RunReport& report : backfill())
    if (report.status != RunStatus::kSucceeded && report.status != RunStatus::kNothingToDo)
      return fail(Fault::kInternal,
                  fmt::format("{}: a backfill ended {}: {}", name, gapless::name(report.status), report.error));
  for (const Target target : kTargets)
    product.write_groups(target, directory / fmt::format("{}.{}", name, gapless::name(target)));
  return {};
}

/// What was built differs nowhere from what verification makes of the same events. Of so many first days, which have most
/// of a stream: each takes as long as all else that is done with it.
Status verified(Embedded& product, DayRange window, int days) {
  if (days == 0) return {};
  window.last = std::min(window.last, window.first + (days - 1));
  const ToVerify chosen = cells_to_verify(product.plan(window), {});
  VerifyOptions options;
  options.tolerance_percent = 2;
  GAPLESS_ASSIGN(const Verification seen, verify(product.warehouse(), chosen.cells, options, {}));
  for (const Finding& one : seen.found)
    for (const Difference& difference : one.differences.first)
      return fail(Fault::kInternal, fmt::format("verification: team {} on {}, {}: {} is {}, and {} by the source",
                                                one.cell().team.value(), one.cell().day.to_string(), name(one.target),
                                                difference.measure, difference.in_target, difference.in_source));
  return {};
}

/// Nothing is logged meanwhile.
class Quiet {
 public:
  Quiet() { spdlog::set_level(spdlog::level::off); }
  ~Quiet() { spdlog::set_level(before_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  const spdlog::level::level_enum before_ = spdlog::get_level();
};

/// Down to where one team's day does not fit: that is an error that says so, and publishes nothing of that day.
Status in_less_and_less_memory(Embedded& product, DayRange window, std::uint64_t megabytes,
                               const std::filesystem::path& directory) {
  const Quiet errors_are_expected;
  for (; megabytes > 0; megabytes /= 2) {
    const std::string name = fmt::format("{}MB", megabytes);
    product.forget_rollup();
    const RunReport report = product.run(product.plan(window), megabytes * 1'000'000);
    if (report.status != RunStatus::kSucceeded) {
      if (report.error.find("does not fit in the memory limit") != std::string::npos) return {};
      return fail(Fault::kInternal, fmt::format("{}: {}", name, report.error));
    }
    for (const Target target : kTargets)
      product.write_groups(target, directory / fmt::format("{}.{}", name, gapless::name(target)));
  }
  return fail(Fault::kInternal, "no limit of the memory was felt");
}

Status all_ways(Embedded& product, DayRange window, int days_to_verify, const std::filesystem::path& directory) {
  GAPLESS_TRY(one_way(
      product, "once", [&] { return std::vector{product.backfill(window)}; }, directory));
  GAPLESS_TRY(verified(product, window, days_to_verify));
  GAPLESS_TRY(one_way(
      product, "days",
      [&] {
        std::vector<RunReport> reports;
        for (Day day = window.first; day <= window.last; day = day + 1) reports.push_back(product.backfill({day, day}));
        return reports;
      },
      directory));
  const Teams teams = product.plan(window).teams;
  return one_way(
      product, "teams",
      [&] {
        std::vector<RunReport> reports;
        for (const TeamId team : teams) reports.push_back(product.backfill(window, Teams{team}));
        return reports;
      },
      directory);
}

Status one_stream(Embedded& product, char** arguments) {
  GAPLESS_ASSIGN(const Day first_day, Day::parse(arguments[1], "the command line"));
  GAPLESS_ASSIGN(const Day last_day, Day::parse(arguments[2], "the command line"));
  GAPLESS_ASSIGN(const DayRange window, DayRange::make(first_day, last_day));
  GAPLESS_ASSIGN(const TeamBuckets buckets, TeamBuckets::of(std::stoull(arguments[4]), "the command line"));
  product.reset(buckets);
  std::stringstream text;
  text << std::ifstream(arguments[0]).rdbuf();
  product.load(text.str());
  GAPLESS_TRY(all_ways(product, window, std::stoi(arguments[6]), arguments[3]));
  const std::uint64_t megabytes = std::stoull(arguments[5]);
  return megabytes == 0 ? Status() : in_less_and_less_memory(product, window, megabytes, arguments[3]);
}

Status run(int count, char** arguments) {
  Embedded product;
  for (int at = 0; at < count; at += kArguments)
    if (const Status done = one_stream(product, arguments + at); !done)
      return fail(done.error().fault, fmt::format("{}: {}", arguments[at], done.error().message));
  return {};
}

}  // namespace
}  // namespace gapless::test

int main(int argc, char** argv) {
  if (argc < 2 || (argc - 1) % gapless::test::kArguments != 0) {
    std::cerr << "usage: embedded_groups (EVENTS.ndjson FIRST-DAY LAST-DAY OUT-DIRECTORY TEAM-BUCKETS MEGABYTES "
                 "VERIFIED-DAYS)...\n";
    return 2;
  }
  spdlog::set_level(std::getenv("GAPLESS_TEST_VERBOSE") != nullptr ? spdlog::level::debug : spdlog::level::warn);
  try {
    const auto done = gapless::test::run(argc - 1, argv + 1);
    if (done) return 0;
    std::cerr << done.error().message << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
