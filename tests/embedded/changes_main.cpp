// What the product plans when its source changes, and what it makes of that: events that come late, and a person whose
// events are deleted. Many streams in one process, as embedded_groups.
//
// usage: embedded_changes (EVENTS.ndjson LATE.ndjson PERSON FIRST-DAY LAST-DAY OUT-DIRECTORY)...
// Loads and publishes EVENTS. Then loads LATE, plans, and recomputes; then, unless PERSON is -, deletes the PERSON's
// events, plans with a window in which nothing ever was, and recomputes. Writes OUT-DIRECTORY/first.entries and for each CHANGE of late and
// deleted: CHANGE.plan, CHANGE.again (the plan after it), CHANGE.entries (cells with a ledger entry), and the groups
// CHANGE.{stats,bounces}. Plans and entries are lines of `team day [state]`.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/uuid.h"
#include "embedded/embedded.h"

namespace gapless::test {
namespace {

constexpr int kArguments = 6;  ///< of a stream

std::string text_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write_plan(const Plan& plan, const std::filesystem::path& path) {
  std::ofstream out(path);
  for (const PlannedCell& one : plan.cells)
    if (one.judgement.action == Action::kRecompute)
      out << one.cell().team.value() << " " << one.cell().day.to_string() << " " << name(one.judgement.state) << "\n";
}

void write_entries(Embedded& product, const std::filesystem::path& path) {
  std::ofstream out(path);
  const Rows rows =
      product.rows("SELECT DISTINCT toString(team_id) AS t, toString(day) AS d FROM gapless.gapless_ledger");
  for (std::size_t i = 0; i < rows.size(); ++i) out << rows.text(i, 0) << " " << rows.text(i, 1) << "\n";
}

/// Plans, recomputes, and writes what came of it.
template <class MakePlan>
void change(Embedded& product, const std::filesystem::path& directory, const std::string& name, MakePlan make_plan) {
  const Plan plan = make_plan();
  write_plan(plan, directory / (name + ".plan"));
  const RunReport report = product.run(plan);
  if (!report.error.empty()) throw std::runtime_error(name + ": " + report.error);
  write_plan(make_plan(), directory / (name + ".again"));
  write_entries(product, directory / (name + ".entries"));
  for (const Target target : kTargets)
    product.write_groups(target, directory / fmt::format("{}.{}", name, gapless::name(target)));
}

Status one_stream(Embedded& product, char** arguments) {
  GAPLESS_ASSIGN(const Day first_day, Day::parse(arguments[3], "the command line"));
  GAPLESS_ASSIGN(const Day last_day, Day::parse(arguments[4], "the command line"));
  GAPLESS_ASSIGN(const DayRange window, DayRange::make(first_day, last_day));
  const std::filesystem::path directory = arguments[5];
  product.reset();
  product.load(text_of(arguments[0]));
  product.backfill(window);
  write_entries(product, directory / "first.entries");

  product.load(text_of(arguments[1]));
  change(product, directory, "late", [&] { return product.plan(window); });

  if (std::string_view(arguments[2]) == "-") return {};
  GAPLESS_ASSIGN(const Uuid person, Uuid::parse(arguments[2], "the command line"));
  product.execute(fmt::format("ALTER TABLE gapless.events DELETE WHERE person_id = '{}' SETTINGS mutations_sync = 2",
                              person.to_string()));
  const DayRange nothing{last_day + 30, last_day + 31};
  change(product, directory, "deleted", [&] { return product.plan(nothing, {}, {}, Scope::Beyond{}); });
  return {};
}

}  // namespace
}  // namespace gapless::test

int main(int argc, char** argv) {
  using namespace gapless::test;
  if (argc < 2 || (argc - 1) % kArguments != 0) {
    std::cerr << "usage: embedded_changes (EVENTS.ndjson LATE.ndjson PERSON FIRST-DAY LAST-DAY OUT-DIRECTORY)...\n";
    return 2;
  }
  spdlog::set_level(spdlog::level::warn);
  try {
    Embedded product;
    for (int at = 1; at < argc; at += kArguments)
      if (const auto done = one_stream(product, argv + at); !done) {
        std::cerr << argv[at] << ": " << done.error().message << "\n";
        return 1;
      }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
