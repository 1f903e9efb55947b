#include <chrono>
#include <thread>
#include <vector>

#include "contract/engine_contract.h"

namespace gapless::contract {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST_P(EngineContract, ErrorsHaveTheirFaultAndCode) {
  create_numbers();
  struct Case {
    const char* text;
    Fault fault;
    int code;
    const char* says;
  };
  for (const Case& example : {
           Case{"SELEC 1", Fault::kBadQuery, 62, "yntax error"},
           Case{"SELECT * FROM contract.nowhere", Fault::kBadQuery, 60, "nowhere"},
           Case{"SELECT nothing FROM contract.numbers", Fault::kBadQuery, 47, "nothing"},
           Case{"SELECT 1 FROM nowhere.numbers", Fault::kBadQuery, 81, "nowhere"},
           Case{"SELECT throwIf(1, 'oh\nno')", Fault::kBadQuery, 395, "oh no"},
           Case{"SELECT {unbound:UInt64}", Fault::kBadQuery, 456, "unbound"},
       }) {
    const auto rows = engine().select(Statement(example.text), {});
    ASSERT_FALSE(rows) << example.text;
    EXPECT_THAT(rows.error(), IsError(example.fault, example.code)) << example.text;
    EXPECT_THAT(rows.error().message, HasSubstr(example.says));
    EXPECT_THAT(rows.error().message, HasSubstr(std::to_string(example.code)));
    EXPECT_FALSE(rows.error().retryable());
    const auto stats = engine().execute(Statement(example.text), {});
    ASSERT_FALSE(stats) << example.text;
    EXPECT_THAT(stats.error(), IsError(example.fault, example.code)) << example.text;
  }
}

TEST_P(EngineContract, AParameterThatIsNotOfItsTypeIsABadQuery) {
  Statement statement("SELECT {x:UInt64}");
  const auto rows = engine().select(statement.bind("x", "12; DROP"), {});
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error(), IsError(Fault::kBadQuery, 457));
}

TEST_P(EngineContract, OutputOfAFailedStatementIsGone) {
  const Statement fails("SELECT number, throwIf(number = 500000) FROM numbers(1000000)");
  for (int i = 0; i < 3; ++i) {
    const auto rows = engine().select(fails, {});
    ASSERT_FALSE(rows);
    EXPECT_THAT(rows.error(), IsError(Fault::kBadQuery, 395));
    EXPECT_EQ(value("SELECT 42 AS answer"), "42");
    std::size_t bytes = 0;
    const auto streamed = engine().stream(fails, "TSV", {}, [&](std::string_view piece) {
      bytes += piece.size();
      return Status();
    });
    ASSERT_FALSE(streamed);
    EXPECT_GT(bytes, 0U) << "it did not fail after output";
    EXPECT_EQ(value("SELECT 43 AS answer"), "43");
  }
}

TEST_P(EngineContract, AMemoryLimitIsSplittableOverload) {
  StatementOptions options;
  options.memory_limit_bytes = 20'000'000;
  const Statement hungry("SELECT length(groupArray(number)) FROM numbers_mt(100000000)");
  const auto rows = engine().select(hungry, options);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error(), IsError(Fault::kOverload, 241));
  EXPECT_TRUE(rows.error().splittable());
  EXPECT_TRUE(rows.error().retryable());
  EXPECT_EQ(value("SELECT 1"), "1");
}

TEST_P(EngineContract, ADeadlineEndsEveryKindOfStatement) {
  create_numbers();
  StatementOptions options;
  options.deadline = 300ms;
  const std::vector<std::function<Error()>> calls = {
      [&] { return engine().select(Statement(kEndlessQuery), options).error(); },
      [&] {
        return engine()
            .execute(
                Statement("INSERT INTO contract.numbers SELECT number, toString(number) FROM numbers(10000000000)"),
                options)
            .error();
      },
      [&] {
        return engine()
            .stream(Statement(kEndlessQuery), "TSV", options, [](std::string_view) { return Status(); })
            .error();
      },
      [&] {
        return engine()
            .stream(Statement("SELECT number FROM numbers(1000000000000)"), "TSV", options,
                    [](std::string_view) {
                      std::this_thread::sleep_for(10ms);
                      return Status();
                    })
            .error();
      },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto began = steady_clock::now();
    const Error error = calls[i]();
    EXPECT_THAT(error, IsError(Fault::kTimeout, 159)) << "call " << i;
    EXPECT_TRUE(error.outcome_unknown());
    EXPECT_GT(steady_clock::now() - began, 250ms) << "call " << i;
    EXPECT_LT(steady_clock::now() - began, kSoon) << "call " << i;
  }
  EXPECT_EQ(value("SELECT 1"), "1");
}

TEST_P(EngineContract, ADeadlineInThePastIsATimeout) {
  create_numbers();
  StatementOptions options;
  options.deadline = 0ms;
  const auto stats = engine().execute(Statement("INSERT INTO contract.numbers SELECT 1, 'a'"), options);
  ASSERT_FALSE(stats);
  EXPECT_THAT(stats.error(), IsError(Fault::kTimeout, 159));
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, AVeryLongDeadlineIsOne) {
  StatementOptions options;
  options.deadline = std::chrono::milliseconds::max();
  const auto rows = engine().select(Statement("SELECT 1"), options);
  EXPECT_TRUE(rows) << rows.error().message;
  create_numbers();
  const auto stream = engine().insert(Statement("INSERT INTO contract.numbers (n)"), "TSV", options);
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_TRUE((*stream)->append("1\n"));
  EXPECT_TRUE((*stream)->finish());
}

TEST_P(EngineContract, ManyThreadsGetTheirOwnResults) {
  create_numbers();
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRounds = 25;
  std::vector<std::string> problems(kThreads);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kRounds; ++i) {
        Statement statement("SELECT sum(number) + {x:UInt64} AS s FROM numbers({n:UInt64})");
        statement.bind("x", t * 1000 + i).bind("n", std::uint64_t{1000});
        const auto rows = engine().select(statement, {});
        if (!rows || rows->u64(0, 0) != 499500 + t * 1000 + i) problems[t] += "select ";
        Statement insert("INSERT INTO contract.numbers SELECT {x:UInt64}, 'x'");
        if (!engine().execute(insert.bind("x", t * kRounds + i), {})) problems[t] += "insert ";
        const auto fails = engine().select(Statement("SELECT number, throwIf(number = 60000) FROM numbers(70000)"), {});
        if (fails || fails.error().code != 395) problems[t] += "error ";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(problems, testing::Each(""));
  EXPECT_EQ(value("SELECT uniqExact(n) FROM contract.numbers"), std::to_string(kThreads * kRounds));
}

}  // namespace
}  // namespace gapless::contract
