#include "contract/engine_contract.h"

namespace gapless::contract {

void EngineContract::SetUp() {
  execute("DROP DATABASE IF EXISTS contract SYNC");
  execute("CREATE DATABASE contract ENGINE = Atomic");
}

void EngineContract::TearDown() { execute("DROP DATABASE IF EXISTS contract SYNC"); }

void EngineContract::execute(const Statement& statement) {
  const auto stats = engine().execute(statement, {});
  ASSERT_TRUE(stats) << statement.text() << ": " << stats.error().message;
}

Rows EngineContract::select(const Statement& statement) {
  auto rows = engine().select(statement, {});
  EXPECT_TRUE(rows) << statement.text() << ": " << rows.error().message;
  return rows ? std::move(*rows) : Rows();
}

std::string EngineContract::value(const Statement& statement) {
  const Rows rows = select(statement);
  EXPECT_EQ(rows.size(), 1U) << statement.text();
  EXPECT_EQ(rows.columns(), 1U) << statement.text();
  return rows.size() == 1 && rows.columns() == 1 ? rows.text(0, 0) : std::string();
}

void EngineContract::create_numbers() {
  execute("CREATE TABLE contract.numbers (n UInt64, s String) ENGINE = MergeTree ORDER BY n");
}

StatementOptions named(std::string id) {
  StatementOptions options;
  options.id = std::move(id);
  return options;
}

}  // namespace gapless::contract
