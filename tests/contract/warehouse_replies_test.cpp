// What SqlWarehouse makes of replies that are not what was asked for: an error that names the question, never an answer.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "sql/verification.h"
#include "support/case_name.h"
#include "support/fake_engine.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing_support::FakeEngine;

const Identifier kDatabase = *Identifier::parse("gapless", "test");
const Day kDay = *Day::parse("2026-03-01", "test");
const Teams kTeams = {*TeamId::from(7, "test")};

struct Question {
  const char* name;
  const char* words;  ///< how errors name it
  const char* part;   ///< of the statement
  std::vector<std::pair<std::string, std::string>> columns;
  std::vector<std::string> row;
  bool of_cells;  ///< each cell once
  std::function<std::optional<Error>(Warehouse&)> ask;
};

void PrintTo(const Question& question, std::ostream* out) { *out << question.name; }

template <class Value>
std::optional<Error> error_of(const Result<Value>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

/// Numbers first, then the group's key as texts.
std::vector<std::pair<std::string, std::string>> verification_columns() {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const std::string& name : sql::verification_columns(Target::kBounces)) {
    const bool is_count = name == "team_id" || name == "differences";
    const bool is_figure = name == "in_target" || name == "in_source" || name == "in_union";
    columns.emplace_back(name, is_count ? "UInt64" : is_figure ? "Int64" : "String");
  }
  return columns;
}

std::vector<std::string> verification_row() {
  std::vector<std::string> row;
  for (const auto& [name, type] : verification_columns()) row.emplace_back(type == "String" ? "text" : "1");
  row[0] = "7";
  return row;
}

const std::vector<Question>& questions() {
  const std::string u64 = "UInt64";
  static const std::vector<Question> all = {
      {"source_counts",
       "how many events the source holds",
       "count()",
       {{"team_id", u64}, {"day", "Date"}, {"events", u64}, {"view_events", u64}, {"hash", u64}},
       {"7", "2026-03-01", "3", "2", "99"},
       true,
       [](Warehouse& w) {
         return error_of(w.source_counts({kDay, kDay}, kTeams, {}));
       }},
      {"counts_by_partition",
       "how many events the source's partitions hold",
       "_partition_id",
       {{"partition", "String"},
        {"team_id", u64},
        {"day", "Date"},
        {"events", u64},
        {"view_events", u64},
        {"hash", u64}},
       {"202603", "7", "2026-03-01", "3", "2", "99"},
       true,
       [](Warehouse& w) { return error_of(w.counts_by_partition({"202603"}, {})); }},
      {"owned_cells",
       "which events 2026-03-01 owns",
       "owned_events",
       {{"team_id", u64},
        {"owned_events", u64},
        {"owned_hash", u64},
        {"view_events", u64},
        {"sessions", u64},
        {"bounces", u64},
        {"duration", "Int64"}},
       {"7", "3", "99", "2", "1", "1", "-5"},
       true,
       [](Warehouse& w) { return error_of(w.owned_cells(kDay, kTeams, {})); }},
      {"target_content",
       "what web_pre_aggregated_stats holds",
       "key_hash",
       {{"team_id", u64},
        {"day", "Date"},
        {"rows", u64},
        {"keys", u64},
        {"key_hash", u64},
        {"view_events", u64},
        {"sessions", u64},
        {"bounces", u64},
        {"duration", "Int64"}},
       {"7", "2026-03-01", "3", "3", "99", "2", "1", "1", "5"},
       true,
       [](Warehouse& w) {
         return error_of(w.target_content(Target::kStats, {kDay, kDay}, kTeams, {}));
       }},
      {"ledger",
       "what the ledger says",
       "sequence DESC",
       {{"team_id", u64},
        {"day", "Date"},
        {"target", "String"},
        {"definition", "String"},
        {"window_events", u64},
        {"window_hash", u64},
        {"owned_events", u64},
        {"owned_hash", u64},
        {"view_events", u64},
        {"sessions", u64},
        {"bounces", u64},
        {"duration", "Int64"},
        {"keys", u64},
        {"key_hash", u64},
        {"run_id", "String"},
        {"fence", u64},
        {"sequence", u64},
        {"published_at", "Int64"}},
       {"7", "2026-03-01", "stats", "d", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "run", "11", "12", "13"},
       true,
       [](Warehouse& w) {
         return error_of(w.ledger({kDay, kDay}, kTeams, {}));
       }},
      {"target_inventory",
       "which partitions web_pre_aggregated_stats has",
       "max_block_number",
       {{"table_uuid", "String"},
        {"partition", "String"},
        {"row_count", u64},
        {"max_block", "Int64"},
        {"version", u64},
        {"bytes", u64}},
       {"uuid", "20260301", "3", "1", "0", "100"},
       false,
       [](Warehouse& w) { return error_of(w.target_inventory(Target::kStats, {})); }},
      {"source_extent",
       "which days the source holds",
       "first_day",
       {{"events", u64}, {"first_day", "Date"}, {"last_day", "Date"}},
       {"3", "2026-03-01", "2026-03-02"},
       false,
       [](Warehouse& w) { return error_of(w.source_extent({})); }},
      {"differences", "comparing web_pre_aggregated_bounces with the source", "in_union", verification_columns(),
       verification_row(), false,
       [](Warehouse& w) { return error_of(w.differences(Target::kBounces, kDay, kTeams, std::nullopt, {})); }},
  };
  return all;
}

std::string reply(const Question& question, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> names, types;
  for (const auto& [name, type] : question.columns) {
    names.push_back(name);
    types.push_back(type);
  }
  std::string text;
  const auto line = [&text](const std::vector<std::string>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) text += (i == 0 ? "" : "\t") + fields[i];
    text += "\n";
  };
  line(names);
  line(types);
  for (const auto& row : rows) line(row);
  return text;
}

class Replies : public testing::TestWithParam<Question> {
 protected:
  std::optional<Error> answered_by(const std::string& text) {
    FakeEngine engine;
    engine.on(GetParam().part).rows(text).always();
    SqlWarehouse warehouse(engine, {kDatabase, kDatabase, {TableName::own(kDatabase, "events")}});
    return GetParam().ask(warehouse);
  }
  void expect_refused(const std::string& text, const char* what) {
    const auto error = answered_by(text);
    ASSERT_TRUE(error) << what;
    EXPECT_EQ(error->fault, Fault::kCorrupt) << what << ": " << error->message;
  }
};

TEST_P(Replies, AreTakenAsTheyWereAskedFor) {
  const auto error = answered_by(reply(GetParam(), {GetParam().row}));
  EXPECT_FALSE(error) << error->message;
}

TEST_P(Replies, OfOtherColumnsAreRefused) {
  Question fewer = GetParam();
  fewer.columns.pop_back();
  fewer.row.pop_back();
  expect_refused(reply(fewer, {fewer.row}), "a column too few");
  Question more = GetParam();
  more.columns.emplace_back("more", "UInt64");
  more.row.emplace_back("1");
  expect_refused(reply(more, {more.row}), "a column too many");
  Question other = GetParam();
  other.columns.back().first = "other";
  expect_refused(reply(other, {other.row}), "a column of another name");
  expect_refused(reply(GetParam(), {fewer.row}), "a row too short");
}

TEST_P(Replies, OfOtherTypesOrWithNullsAreRefused) {
  for (std::size_t column = 0; column < GetParam().columns.size(); ++column) {
    if (GetParam().columns[column].second == "String") continue;
    for (const char* value : {"x", "", "1.5", "99999999999999999999", "\\N"}) {
      auto row = GetParam().row;
      row[column] = value;
      expect_refused(reply(GetParam(), {row}),
                     fmt::format("'{}' as {}", value, GetParam().columns[column].first).c_str());
    }
  }
}

TEST_P(Replies, ThatEndEarlyAreRefused) {
  const std::string whole = reply(GetParam(), {GetParam().row});
  expect_refused("", "nothing at all");
  expect_refused(whole.substr(0, whole.size() - 1), "without its last line feed");
  expect_refused(whole.substr(0, whole.size() / 2), "half of it");
}

TEST_P(Replies, WithACellTwiceAreRefused) {
  if (!GetParam().of_cells) return;
  expect_refused(reply(GetParam(), {GetParam().row, GetParam().row}), "a cell twice");
}

TEST_P(Replies, ThatDoNotComeAreErrorsThatNameTheQuestion) {
  const Error errors[] = {{Fault::kUnavailable, 210, "connection refused"},
                          {Fault::kTimeout, 159, "timeout exceeded"},
                          {Fault::kOverload, 241, "memory limit exceeded"}};
  for (const Error& broken : errors) {
    FakeEngine engine;
    engine.on(GetParam().part).error(broken).always();
    SqlWarehouse warehouse(engine, {kDatabase, kDatabase, {TableName::own(kDatabase, "events")}});
    const auto error = GetParam().ask(warehouse);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault, broken.fault);
    EXPECT_THAT(error->message, HasSubstr(GetParam().words));
    EXPECT_THAT(error->message, HasSubstr(broken.message));
  }
}

INSTANTIATE_TEST_SUITE_P(Warehouse, Replies, testing::ValuesIn(questions()), kCaseName);

}  // namespace
}  // namespace gapless
