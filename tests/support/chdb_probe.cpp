// What the tests of the chDB adapter need another process for.
//
//   chdb_probe hold DIR   opens the directory, prints "open", and closes it when its standard input ends
//   chdb_probe write DIR  inserts three rows in two ways, and prints how many there are and what it finds on its input
//
// Prints "FAULT: MESSAGE" and exits with 1 for an error. Leaves by returning from main.

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "engine/chdb/chdb_engine.h"

namespace gapless {
namespace {

void print(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string standard_input() { return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()}; }

Status write_rows(Engine& engine) {
  GAPLESS_TRY(engine.execute(Statement("CREATE DATABASE probe ENGINE = Atomic"), {}));
  GAPLESS_TRY(engine.execute(Statement("CREATE TABLE probe.t (a UInt64) ENGINE = MergeTree ORDER BY a"), {}));
  GAPLESS_TRY(engine.execute(Statement("INSERT INTO probe.t SELECT number FROM numbers(2)"), {}));
  GAPLESS_ASSIGN(auto stream, engine.insert(Statement("INSERT INTO probe.t (a)"), "TSV", {}));
  GAPLESS_TRY(stream->append("7\n"));
  GAPLESS_TRY(stream->finish());
  GAPLESS_ASSIGN(const Rows rows, engine.select(Statement("SELECT count() AS n FROM probe.t"), {}));
  print(fmt::format("{} rows", rows.text(0, 0)));
  return {};
}

Status run(const std::string& mode, const std::string& directory) {
  GAPLESS_ASSIGN(const auto engine, ChdbEngine::open({.directory = directory, .library = {}, .settings = {}}));
  if (mode == "write") GAPLESS_TRY(write_rows(*engine));
  if (mode == "hold") print("open");
  const std::string input = standard_input();
  if (mode == "write") print(input);
  return {};
}

}  // namespace
}  // namespace gapless

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const gapless::Status status = gapless::run(argv[1], argv[2]);
  if (status) return 0;
  gapless::print(fmt::format("{}: {}", gapless::name(status.error().fault), status.error().message));
  return 1;
}
