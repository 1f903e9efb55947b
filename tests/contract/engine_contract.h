// The Engine contract: what every engine promises, whatever it is reached through. To run it over another engine, add a
// value to the suite's instantiation in engine_contract_test.cpp.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace gapless::contract {

struct EngineUnderTest {
  std::string name;
  std::function<Engine&()> engine;  ///< the same one each time; with nothing in the database "contract"
  bool reads_rows_early = true;     ///< before it has all that are to be inserted
};

inline void PrintTo(const EngineUnderTest& engine, std::ostream* out) { *out << engine.name; }

/// Each test has an empty database "contract". Helpers fail the test, and return something empty, on an error.
class EngineContract : public testing::TestWithParam<EngineUnderTest> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Engine& engine() { return GetParam().engine(); }
  void execute(const Statement& statement);
  void execute(const std::string& text) { execute(Statement(text)); }
  Rows select(const Statement& statement);
  Rows select(const std::string& text) { return select(Statement(text)); }
  /// The one cell of a result.
  std::string value(const Statement& statement);
  std::string value(const std::string& text) { return value(Statement(text)); }

  /// Makes contract.numbers (n UInt64, s String).
  void create_numbers();
  std::string numbers_count() { return value("SELECT count() FROM contract.numbers"); }
};

/// Long enough for any of the tests to be over before.
inline constexpr const char* kEndlessQuery = "SELECT count() AS n FROM numbers_mt(1000000000000) WHERE number % 7 = 3";

/// Promised is a second, on a machine that does nothing else. Endless is hours.
inline constexpr std::chrono::seconds kSoon{60};

StatementOptions named(std::string id);

/// An Error with this fault and code.
MATCHER_P2(IsError, fault, code, "") {
  *result_listener << name(arg.fault) << " " << arg.code << ": " << arg.message;
  return arg.fault == fault && arg.code == code;
}

}  // namespace gapless::contract
