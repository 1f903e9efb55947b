// gapless against the usual way, on the same data and the same engine (docs/BENCHMARK.md).
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "building.h"
#include "detection.h"
#include "figures.h"
#include "loading.h"
#include "reading.h"
#include "world.h"

namespace gapless::bench {
namespace {

struct Options {
  std::uint64_t events = 10'000'000;
  std::size_t runs = 5;
  std::size_t month_runs = 1;
  std::filesystem::path directory = "build/bench";
  std::filesystem::path workload = "bench/workload.sql";
  std::filesystem::path samples = "samples";
  std::filesystem::path json;
  bool profile = false;
  std::string only;  ///< empty: every part
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void run(const Options& options) {
  Workbench bench(options.directory / std::to_string(options.events));
  const auto wanted = [&](std::string_view part) { return options.only.empty() || options.only == part; };
  if (options.only != "loading") {
    fmt::print(stderr, "events: {} or so, in {}\n", options.events, options.directory.string());
    constexpr std::uint64_t kEventsOfASession = 4;
    bench.make_events(options.events / kEventsOfASession, text_of(options.workload));
  }
  if (options.profile) return profile_day(bench, options.runs);
  Figures figures;
  if (wanted("building")) {
    check_same_groups(bench);
    measure_days(bench, options.runs, figures);
    measure_month(bench, options.month_runs, figures);
    print_building(figures);
  }
  if (wanted("detection")) {
    measure_detection(bench, options.runs, figures);
    print_detection(figures);
  }
  if (wanted("reading")) {
    measure_reading(bench, options.runs, figures);
    print_reading(figures);
  }
  if (wanted("loading")) {
    measure_loading(bench, options.samples, options.runs, figures);
    print_loading(figures);
  }
  if (!options.json.empty()) std::ofstream(options.json) << figures.json().dump(2) << "\n";
}

}  // namespace
}  // namespace gapless::bench

int main(int argc, char** argv) {
  gapless::bench::Options options;
  CLI::App app("Measures gapless against the usual way to fill the same tables.");
  app.add_option("--events", options.events, "so many, about")->check(CLI::PositiveNumber);
  app.add_option("--runs", options.runs, "of each measurement, in turn")->check(CLI::PositiveNumber);
  app.add_option("--month-runs", options.month_runs, "of the whole month; 0: none");
  app.add_option("--directory", options.directory, "where events and tables are made, and kept for the next time");
  app.add_option("--workload", options.workload, "the statement that makes the events");
  app.add_option("--json", options.json, "a file for every measurement");
  app.add_option("--samples", options.samples, "the recordings that files to load are made of");
  app.add_option("--only", options.only, "one part")
      ->check(CLI::IsMember({"building", "detection", "reading", "loading"}));
  app.add_flag("--profile", options.profile, "instead: what each statement of one day costs");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::warn);
  try {
    gapless::bench::run(options);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
