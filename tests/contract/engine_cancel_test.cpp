#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "contract/engine_contract.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr const char* kEndlessInsert =
    "INSERT INTO contract.numbers SELECT number, toString(number) FROM numbers(1000000000000)";

Status take_all(std::string_view) { return {}; }

/// The calls that run until they are stopped, and what they return.
std::vector<std::function<Error(const StatementOptions&)>> endless_calls(Engine& engine) {
  return {
      [&engine](const StatementOptions& options) { return engine.select(Statement(kEndlessQuery), options).error(); },
      [&engine](const StatementOptions& options) { return engine.execute(Statement(kEndlessInsert), options).error(); },
      [&engine](const StatementOptions& options) {
        return engine.stream(Statement(kEndlessQuery), "TSV", options, take_all).error();
      },
      [&engine](const StatementOptions& options) {
        return engine.stream(Statement("SELECT number FROM numbers(1000000000000)"), "TSV", options, take_all).error();
      },
      [&engine](const StatementOptions& options) {  // a format that comes in one
        return engine.stream(Statement(kEndlessQuery), "JSON", options, take_all).error();
      },
  };
}

TEST_P(EngineContract, AStopEndsEveryKindOfStatement) {
  create_numbers();
  for (const auto& call : endless_calls(engine())) {
    std::stop_source source;
    StatementOptions options;
    options.stop = source.get_token();
    steady_clock::time_point stopped;
    std::thread stopper([&] {
      std::this_thread::sleep_for(200ms);
      stopped = steady_clock::now();
      source.request_stop();
    });
    const Error error = call(options);
    const auto ended = steady_clock::now();
    stopper.join();
    EXPECT_THAT(error, IsError(Fault::kCancelled, 394));
    EXPECT_LT(ended - stopped, kSoon);
    EXPECT_FALSE(error.retryable());
  }
  EXPECT_EQ(value("SELECT 1"), "1");
}

TEST_P(EngineContract, AStopAtTheVeryBeginningIsNotLost) {
  for (int i = 0; i < 20; ++i) {
    std::stop_source source;
    StatementOptions options;
    options.stop = source.get_token();
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(100 * i));
      source.request_stop();
    });
    const auto began = steady_clock::now();
    const auto rows = engine().select(Statement(kEndlessQuery), options);
    stopper.join();
    ASSERT_FALSE(rows);
    EXPECT_THAT(rows.error(), IsError(Fault::kCancelled, 394));
    EXPECT_LT(steady_clock::now() - began, kSoon);
  }
}

TEST_P(EngineContract, NothingBeginsAfterAStop) {
  create_numbers();
  std::stop_source source;
  source.request_stop();
  StatementOptions options;
  options.stop = source.get_token();
  for (const auto& call : endless_calls(engine())) {
    EXPECT_THAT(call(options), IsError(Fault::kCancelled, 394));
  }
  const auto stats = engine().execute(Statement("INSERT INTO contract.numbers SELECT 1, 'a'"), options);
  EXPECT_THAT(stats.error(), IsError(Fault::kCancelled, 394));
  EXPECT_THAT(engine().insert(Statement("INSERT INTO contract.numbers (n)"), "TSV", options).error(),
              IsError(Fault::kCancelled, 394));
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, AStopThatNobodyRequestsChangesNothing) {
  std::stop_source source;
  StatementOptions options;
  options.stop = source.get_token();
  for (int i = 0; i < 20; ++i) {
    const auto rows = engine().select(Statement("SELECT 7 AS n"), options);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->text(0, 0), "7");
  }
  source.request_stop();  // after the end: nobody is there to notice
  EXPECT_EQ(value("SELECT 8"), "8");
}

TEST_P(EngineContract, CancelEndsTheStatementOfThatIdAlone) {
  std::atomic<bool> other_ended{false};
  std::stop_source stop_other;
  StatementOptions other_options = named("other-statement");
  other_options.stop = stop_other.get_token();
  std::thread other([&] {
    static_cast<void>(engine().select(Statement(kEndlessQuery), other_options));
    other_ended = true;
  });
  std::atomic<bool> running{false};
  StatementOptions options = named("to-be_cancelled-1");
  options.on_progress = [&](const Progress&) { running = true; };
  Result<Rows> rows;
  std::thread thread([&] { rows = engine().select(Statement(kEndlessQuery), options); });
  while (!running) std::this_thread::sleep_for(10ms);
  const auto began = steady_clock::now();
  EXPECT_TRUE(engine().cancel("to-be_cancelled-1"));
  thread.join();
  EXPECT_LT(steady_clock::now() - began, kSoon);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error(), IsError(Fault::kCancelled, 394));
  EXPECT_FALSE(other_ended);
  stop_other.request_stop();
  other.join();
}

TEST_P(EngineContract, CancelOfNothingIsNoError) { EXPECT_TRUE(engine().cancel("nobody-has-this-id")); }

TEST_P(EngineContract, ProgressIsReportedUntilTheEnd) {
  std::vector<Progress> reports;  // written by the reporting thread while select() runs, read after it
  StatementOptions options;
  options.on_progress = [&](const Progress& progress) { reports.push_back(progress); };
  const auto rows = engine().select(
      Statement("SELECT sum(sleepEachRow(0.05)) AS s FROM numbers(30) SETTINGS max_block_size = 1"), options);
  ASSERT_TRUE(rows) << rows.error().message;
  const std::size_t at_end = reports.size();
  ASSERT_GE(at_end, 1U);
  EXPECT_GT(reports.back().rows_read, 0U);
  EXPECT_LE(reports.back().rows_read, 31U);
  EXPECT_GE(reports.back().rows_read, reports.front().rows_read);
  EXPECT_EQ(reports.back().total_rows, 30U);
  std::this_thread::sleep_for(400ms);
  EXPECT_EQ(reports.size(), at_end) << "reported after the end";
}

TEST_P(EngineContract, AProgressCallbackMayRunStatements) {
  std::atomic<int> answers{0};
  StatementOptions options;
  options.on_progress = [&](const Progress&) {
    if (engine().select(Statement("SELECT 1"), {})) ++answers;
  };
  EXPECT_TRUE(engine().select(Statement("SELECT sleep(0.7)"), options));
  EXPECT_GT(answers, 0);
}

}  // namespace
}  // namespace gapless::contract
