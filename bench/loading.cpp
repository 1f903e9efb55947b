#include "loading.h"

#include <fmt/format.h>
#include <time.h>

#include <fstream>

#include "load/loader.h"
#include "load/user_agent.h"
#include "traffic.h"

namespace gapless::bench {
namespace {

constexpr const char* kDatabase = "bench_loading";
constexpr const char* kAccessLog = "access log";
constexpr const char* kPageViewsAlone = "access log of page views alone";
constexpr const char* kEventFile = "event file";
constexpr const char* kReading = "gapless: read into rows";
constexpr const char* kLoading = "gapless: loaded";
constexpr const char* kEngine = "the engine's own reader";

/// Processor time of the calling thread, in which a file is read.
double thread_cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// The most memory that the process has held since forget_peak().
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kibibytes = 0; word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  return 0;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

struct File {
  const char* name;
  LoadFormat format;
  std::filesystem::path path;
  const char* own_reader;  ///< the engine's, into {table}, as one writes it who has no gapless
};

/// What ClickHouse's Regexp format and functions make of a line, into the same columns.
constexpr const char* kReadAccessLog = R"sql(
INSERT INTO {table} (team_id, event, timestamp, inserted_at, uuid, person_id, pathname, referring_domain,
  utm_source, utm_medium, utm_campaign, utm_term, utm_content, has_gclid, has_fbclid)
WITH splitByChar(' ', request)[2] AS target
SELECT 1, '$pageview', parseDateTime(time, '%d/%b/%Y:%H:%i:%S %z', 'UTC'), now64(6, 'UTC'), generateUUIDv4(),
  toUUID(UUIDNumToString(sipHash128(address, agent))), path(target), domain(referer),
  extractURLParameter(target, 'utm_source'), extractURLParameter(target, 'utm_medium'),
  extractURLParameter(target, 'utm_campaign'), extractURLParameter(target, 'utm_term'),
  extractURLParameter(target, 'utm_content'), extractURLParameter(target, 'gclid') != '',
  extractURLParameter(target, 'fbclid') != ''
FROM file('{file}', Regexp, 'address String, time String, request String, status UInt16, referer String, agent String')
WHERE startsWith(request, 'GET ') AND (status BETWEEN 200 AND 299 OR status = 304)
  AND NOT match(path(target), '(?i)\\.(css|gif|ico|jpe?g|js|pdf|png|svg|txt|xml|zip)$')
SETTINGS format_regexp = '^(\\S+) \\S+ \\S+ \\[([^\\]]+)\\] "([^"]*)" (\\d{3}) \\S+ "([^"]*)" "(.*)"\\s*$',
  format_regexp_escaping_rule = 'Raw', format_regexp_skip_unmatched = 1)sql";

constexpr const char* kReadEvents = R"sql(
INSERT INTO {table} (team_id, event, timestamp, inserted_at, uuid, person_id, session_id, host, pathname)
SELECT team_id, event, timestamp, now64(6, 'UTC'), uuid, person_id, session_id, host, pathname
FROM file('{file}', JSONEachRow, 'team_id UInt64, event String, timestamp DateTime64(6, \'UTC\'), uuid UUID,
  person_id UUID, session_id String, host String, pathname String'))sql";

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) text.replace(text.find(name), name.size(), value);
  return text;
}

ReadOptions read_options() {
  return {must(TeamId::from(1, "bench")),
          "www.example.com",
          must(parse_instant("2026-06-15T00:00:00Z", "bench")),
          5,
          nullptr,
          {},
          {}};
}

/// Seconds, processor seconds and memory of some work, under the file's name and the way's.
class Measurement {
 public:
  Measurement(Figures& figures, const File& file, std::string way)
      : figures_(figures), row_(file.name), way_(std::move(way)) {}

  template <class Work>
  void of(double (*processor_now)(), Work work) {
    forget_peak();
    const double processor = processor_now();
    figures_.add(row_, way_, seconds_of(work));
    figures_.add(row_, way_ + ", processor", processor_now() - processor);
    note("memory", peak_bytes());
  }
  void note(const char* what, double value) { figures_.note(fmt::format("{}: {}, {}", row_, way_, what), value); }

 private:
  Figures& figures_;
  std::string row_;
  std::string way_;
};

/// Returns how many lines the file has.
std::uint64_t read_alone(const File& file, Measurement measurement) {
  FileReport report;
  double bytes = 0;
  measurement.of(thread_cpu_now, [&] {
    report = must(read_events(file.path.string(), file.format, read_options(), [&](const EventBlock& block) -> Status {
      bytes += static_cast<double>(block.bytes.size());
      return {};
    }));
  });
  measurement.note("rows", static_cast<double>(report.events));
  measurement.note("bytes", bytes);
  return report.lines;
}

void note_written(Workbench& bench, Measurement& measurement) {
  const Rows written = bench.rows(fmt::format(
      "SELECT sum(rows) AS n, sum(bytes_on_disk) AS b FROM system.parts WHERE active AND database = '{}' AND table = "
      "'events'",
      kDatabase));
  measurement.note("rows", static_cast<double>(must(written.u64(0, 0))));
  measurement.note("bytes", static_cast<double>(must(written.u64(0, 1))));
}

/// An empty `events`, as `gapless load` finds it at first.
Loader fresh_loader(Workbench& bench) {
  bench.execute(fmt::format("DROP DATABASE IF EXISTS {} SYNC", kDatabase));
  return {bench.metered(), must(Identifier::parse(kDatabase, "bench"))};
}

void load_whole(Workbench& bench, const File& file, Measurement measurement) {
  Loader loader = fresh_loader(bench);
  must(loader.prepare());
  measurement.of(cpu_now, [&] { must(loader.load(file.path.string(), file.format, read_options())); });
  note_written(bench, measurement);
}

void load_by_engine(Workbench& bench, const File& file, Measurement measurement) {
  Loader loader = fresh_loader(bench);
  must(loader.prepare());
  const std::string statement = filled(file.own_reader, {{"{table}", fmt::format("{}.events", kDatabase)},
                                                         {"{file}", std::filesystem::absolute(file.path).string()}});
  measurement.of(cpu_now, [&] { bench.execute(statement); });
  note_written(bench, measurement);
}

}  // namespace

void measure_loading(Workbench& bench, const std::filesystem::path& samples, std::size_t runs, Figures& figures) {
  // Some 250 MB each.
  const std::filesystem::path log = samples / "elastic-apache-2015.log.gz";
  make_access_log(log, Lines::kAll, 112, bench.directory() / "access.log");
  make_access_log(log, Lines::kPageViews, 560, bench.directory() / "views.log");
  make_event_file(samples / "wikimedia-readers-2014.ndjson.gz", 14, bench.directory() / "events.ndjson");
  const File files[] = {
      {kAccessLog, LoadFormat::kAccessLog, bench.directory() / "access.log", kReadAccessLog},
      {kPageViewsAlone, LoadFormat::kAccessLog, bench.directory() / "views.log", kReadAccessLog},
      {kEventFile, LoadFormat::kEvents, bench.directory() / "events.ndjson", kReadEvents},
  };
  must(UserAgentPatterns::built_in());
  for (const File& file : files) {
    figures.note(fmt::format("{}: bytes", file.name), static_cast<double>(std::filesystem::file_size(file.path)));
    for (std::size_t i = 0; i <= runs; ++i) {
      Figures uncounted;  // the first
      Figures& into = i == 0 ? uncounted : figures;
      const std::uint64_t lines = read_alone(file, {into, file, kReading});
      figures.note(fmt::format("{}: lines", file.name), static_cast<double>(lines));
      load_whole(bench, file, {into, file, kLoading});
      load_by_engine(bench, file, {into, file, kEngine});
      fmt::print(stderr, "loading, {}, run {} of {}\n", file.name, i, runs);
    }
  }
  bench.execute(fmt::format("DROP DATABASE IF EXISTS {} SYNC", kDatabase));
}

void print_loading(const Figures& figures) {
  fmt::print("\n{:38} {:>9} {:>7} {:>9} {:>11} {:>9} {:>9} {:>9}\n", "loading", "lines/s", "MB/s", "MB/s/core",
             "processor", "memory", "rows", "written");
  for (const std::string file : {kAccessLog, kPageViewsAlone, kEventFile}) {
    const auto noted = [&](const std::string& what) { return figures.noted(fmt::format("{}: {}", file, what)); };
    fmt::print("{}, {:.0f} MB, {:.0f} lines\n", file, noted("bytes") / 1e6, noted("lines"));
    for (const std::string way : {kReading, kLoading, kEngine}) {
      const double took = figures.of(file, way);
      const double processor = figures.of(file, way + ", processor");
      fmt::print("  {:36} {:9.0f} {:7.1f} {:9.1f} {:>11} {:6.0f} MB {:9.0f} {:6.1f} MB\n", way, noted("lines") / took,
                 noted("bytes") / took / 1e6, noted("bytes") / processor / 1e6, seconds_text(processor),
                 noted(way + ", memory") / 1e6, noted(way + ", rows"), noted(way + ", bytes") / 1e6);
    }
  }
}

}  // namespace gapless::bench
