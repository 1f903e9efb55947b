// What reports say, in whatever state the days are. Many streams in one process, as embedded_groups.
//
// usage: embedded_reports DIRECTORY...
// Each has events.ndjson and scenario.json: days that are built before late.ndjson comes and after, what is
// deleted and spoilt in between, which days are over and kept, and questions. Writes answers.ndjson: for each question
// what a report says, first with nobody else at work, then, where the scenario says so, again and again while its days
// are backfilled by force in another thread; an answer that differs then is an error.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include "embedded/embedded.h"
#include "query/reports.h"
#include "util/json.h"

namespace gapless::test {
namespace {

template <class T>
T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

Day day_of(const Json& text) { return good(Day::parse(text.get<std::string>(), "the scenario")); }

std::string text_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

ReportRequest request_of(const Json& question) {
  const TimeZone zone = good(TimeZone::parse(question.at("zone").get<std::string>(), "the scenario"));
  const PeriodWish wish{question.at("begin"), question.at("end")};
  ReportRequest request{.kind = find_report(question.at("report").get<std::string>()),
                        .team = good(TeamId::from(question.at("team").get<std::uint64_t>(), "the scenario")),
                        .period = good(period_of(wish, zone, Instant{})),
                        .zone = zone,
                        .bucket = question.at("by") == "hour" ? BucketSize::kHour : BucketSize::kDay};
  request.filters = good(parse_filters(question.at("filters").get<std::string>()));
  request.sort = good(ReportSort::parse(question.at("sort").get<std::string>()));
  request.limit = question.at("limit");
  request.offset = question.at("offset");
  return request;
}

Json figures_json(const ReportFigures& figures) {
  return {{"visitors", figures.visitors},
          {"views", figures.views},
          {"sessions", figures.sessions},
          {"bounces", figures.bounces},
          {"duration", figures.duration_seconds}};
}

std::size_t tables_looked_at = 0;  ///< for parts that are read and should not

/// One for all: nothing of one world may be taken for another's.
ReportMemory memory;

/// One data directory's worth of days, in the state that a scenario brings them to.
class World {
 public:
  /// A session a day may count as many, which are read in another way.
  World(Embedded& product, std::filesystem::path directory, bool takes_few_for_many)
      : product_(product),
        directory_(std::move(directory)),
        scenario_(Json::parse(text_of(directory_ / "scenario.json"))),
        reports_(product.engine(), sql::ReportTables::in(layout().database, layout().source), &memory,
                 takes_few_for_many ? 1 : Reports::kManySessions) {}

  void prepare() {
    product_.reset();
    product_.load(text_of(directory_ / "events.ndjson"));
    build(scenario_.at("built_first"));
    if (std::filesystem::exists(directory_ / "late.ndjson")) product_.load(text_of(directory_ / "late.ndjson"));
    if (const std::string person = scenario_.at("deleted_person"); !person.empty())
      product_.execute(
          fmt::format("ALTER TABLE gapless.events DELETE WHERE person_id = '{}' SETTINGS mutations_sync = 2", person));
    build(scenario_.at("built_later"));
    for (const Json& day : scenario_.at("spoilt")) spoil(day_of(day));
    for (const Json& day : scenario_.at("foreign")) add_foreign(day_of(day));
  }

  Json answer(const Json& question) {
    const ReportRequest request = request_of(question);
    const Coverage coverage = look(request.team, request.period);
    ReportPage page = good(reports_.read(request, coverage, {}));
    if (looks_at_parts_) check_parts(request, coverage);
    const bool compares = question.at("compare");
    if (compares)
      if (const Status read =
              reports_.read_before(request, look(request.team, previous(request.period, request.zone)), {}, page);
          !read)
        throw std::runtime_error(read.error().message);
    Json answer = {{"rows", Json::array()}, {"has_more", page.has_more}, {"states", Json::object()}};
    for (const ReportRow& row : page.rows) {
      answer["rows"].push_back(figures_json(row.figures));
      answer["rows"].back()["value"] = row.value;
      if (row.before) answer["rows"].back()["before"] = figures_json(*row.before);
    }
    for (const auto& [day, from] : coverage.answers) answer["states"][day.to_string()] = from.why();
    return answer;
  }

  void ask_all() {
    std::vector<Json> answers;
    std::ofstream out(directory_ / "answers.ndjson");
    for (const Json& question : scenario_.at("questions")) {
      looks_at_parts_ = answers.size() % 5 == 0;
      answers.push_back(answer(question));
      looks_at_parts_ = false;
      if (answers.size() % 3 == 0 && answer(question) != answers.back())
        throw std::runtime_error(fmt::format("{} is answered otherwise from memory", question.dump()));
      out << answers.back().dump() << "\n";
    }
    if (scenario_.at("backfilled_meanwhile").empty()) return;
    std::size_t backfills = 0;
    std::string failure;
    std::jthread writer([&](const std::stop_token& stop) {
      try {
        while (!stop.stop_requested()) {
          build(scenario_.at("backfilled_meanwhile"), true);
          ++backfills;
        }
      } catch (const std::exception& error) {
        failure = error.what();
      }
    });
    for (int round = 0; round < scenario_.at("rounds"); ++round)
      for (std::size_t i = 0; i < answers.size(); ++i)
        if (const Json again = answer(scenario_.at("questions")[i]); again.at("rows") != answers[i].at("rows"))
          throw std::runtime_error(
              fmt::format("question {} was answered otherwise while days were built: {}, before {}",
                          scenario_.at("questions")[i].dump(), again.dump(), answers[i].dump()));
    writer.request_stop();
    writer.join();
    if (!failure.empty()) throw std::runtime_error("the backfill beside the reports: " + failure);
    std::cerr << fmt::format("{} reports beside {} backfills\n",
                             answers.size() * scenario_.at("rounds").get<std::size_t>(), backfills);
  }

 private:
  /// No part of a target is read that lies outside the range.
  void check_parts(const ReportRequest& request, const Coverage& coverage) {
    const Statement statement = reports_.statement(request, coverage);
    Statement estimate("EXPLAIN ESTIMATE " + statement.text());
    for (const auto& [name, value] : statement.parameters()) estimate.bind_escaped(name, value);
    const Rows read = good(product_.engine().select(estimate, {}));
    for (std::size_t i = 0; i < read.size(); ++i) {
      const std::string& table = read.text(i, 1);
      if (!table.starts_with("web_pre_aggregated")) continue;
      const std::uint64_t in_range = product_.number(fmt::format(
          "SELECT count() AS parts FROM system.parts WHERE active AND database = 'gapless' AND table = '{}' AND"
          " partition_id BETWEEN '{}' AND '{}'",
          table, coverage.days.first.partition_id(), coverage.days.last.partition_id()));
      if (good(read.u64(i, 2)) > in_range)
        throw std::runtime_error(
            fmt::format("{} parts of {} are read, {} are in the range", read.text(i, 2), table, in_range));
      ++tables_looked_at;
    }
  }

  /// These days alone, in one run.
  void build(const Json& days, bool force = false) {
    if (days.empty()) return;
    std::set<Day> chosen;
    for (const Json& text : days) chosen.insert(day_of(text));
    PlanOptions options;
    options.judge.force = force;
    Plan plan = product_.plan({*chosen.begin(), *chosen.rbegin()}, {}, options);
    for (PlannedCell& cell : plan.cells)
      if (!chosen.contains(cell.cell().day)) cell.judgement.action = Action::kNone;
    const RunReport report = product_.run(plan);
    if (!report.error.empty()) throw std::runtime_error(report.error);
  }

  /// Takes rows away that the ledger speaks of.
  void spoil(Day day) {
    for (const Target target : kTargets)
      product_.execute(
          fmt::format("ALTER TABLE gapless.{} DELETE WHERE toDate(period_bucket) = '{}' AND cityHash64({}) % 2 = 0"
                      " SETTINGS mutations_sync = 2",
                      table_name(target), day.to_string(),
                      target == Target::kBreakdowns ? "period_bucket, dimension, value"
                                                    : "period_bucket, entry_pathname, browser, os"));
  }

  /// Rows of any other day, on a day of which the ledger knows nothing of the kind.
  void add_foreign(Day day) {
    for (const Target target : kTargets)
      product_.execute(fmt::format(
          "INSERT INTO gapless.{0} SELECT * REPLACE (toDateTime('{1} 10:00:00', 'UTC') AS period_bucket) FROM"
          " (SELECT * FROM gapless.{0} WHERE toDate(period_bucket) != '{1}' LIMIT 20)",
          table_name(target), day.to_string()));
  }

  Coverage look(TeamId team, const Period& period) {
    CoverageRequest request{team, period.utc_days(), day_of(scenario_.at("last_finished")), {}};
    if (scenario_.at("source_from") != "") request.kept.source_from = day_of(scenario_.at("source_from"));
    return good(memory.look(product_.warehouse(), product_.store(), request, product_.definition(), {}));
  }

  Embedded& product_;
  const std::filesystem::path directory_;
  const Json scenario_;
  Reports reports_;
  bool looks_at_parts_ = false;
};

}  // namespace
}  // namespace gapless::test

int main(int argc, char** argv) {
  using namespace gapless::test;
  spdlog::set_level(std::getenv("GAPLESS_TEST_VERBOSE") != nullptr ? spdlog::level::debug : spdlog::level::err);
  std::string at;
  try {
    Embedded product;
    for (int i = 1; i < argc; ++i) {
      at = argv[i];
      World world(product, argv[i], i % 2 == 0);
      world.prepare();
      world.ask_all();
    }
    if (tables_looked_at > 0) return 0;
    std::cerr << "no question read a target\n";
  } catch (const std::exception& error) {
    std::cerr << at << ": " << error.what() << "\n";
  }
  return 1;
}
