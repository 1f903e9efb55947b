#include "support/fake_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace gapless::testing_support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

TEST(FakeEngine, AnswersByItsScriptAndRecords) {
  FakeEngine engine;
  engine.on("FROM events").rows("n\nUInt64\n5\n");
  engine.on("ALTER").stats({.rows_written = 3});
  StatementOptions options;
  options.id = "s-1";
  Statement select("SELECT count() AS n FROM events WHERE s = {s:String}");
  const auto rows = engine.select(select.bind("s", "a\tb"), options);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->u64(0, 0).value(), 5U);
  EXPECT_THAT(engine.left(), ElementsAre("ALTER"));
  EXPECT_EQ(engine.execute(Statement("ALTER TABLE t"), {})->rows_written, 3U);
  EXPECT_THAT(engine.left(), IsEmpty());
  const auto calls = engine.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].kind, FakeCall::Kind::kSelect);
  EXPECT_EQ(calls[0].id, "s-1");
  EXPECT_THAT(calls[0].parameters, UnorderedElementsAre(Pair("s", "a\\tb")));
  EXPECT_EQ(calls[1].text, "ALTER TABLE t");
}

TEST(FakeEngine, AnswersAsOftenAsItIsTold) {
  FakeEngine engine;
  engine.on("x").times(2).error({Fault::kOverload, 241, "memory"});
  engine.on("x").always();
  EXPECT_EQ(engine.execute(Statement("x"), {}).error().code, 241);
  EXPECT_EQ(engine.execute(Statement("x"), {}).error().code, 241);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(engine.execute(Statement("x"), {}));
  EXPECT_THAT(engine.left(), IsEmpty());
}

TEST(FakeEngine, FailsWhereTheScriptHasNoAnswer) {
  FakeEngine engine;
  engine.on("SELECT 1");
  EXPECT_TRUE(engine.select(Statement("SELECT 1"), {}));
  const auto again = engine.select(Statement("SELECT 1"), {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::kInternal);
  EXPECT_THAT(again.error().message, HasSubstr("SELECT 1"));
  EXPECT_EQ(engine.calls().size(), 2U);
}

TEST(FakeEngine, StreamsItsOutputUntilTheSinkOrTheScriptFails) {
  FakeEngine engine;
  engine.on("x").output({"a", "b"}).error({Fault::kUnavailable, 210, "lost"}).times(2);
  std::string taken;
  const auto all = engine.stream(Statement("x"), "TSV", {}, [&](std::string_view piece) {
    taken += piece;
    return Status();
  });
  EXPECT_EQ(taken, "ab");
  EXPECT_EQ(all.error().code, 210);
  const auto none = engine.stream(Statement("x"), "TSV", {},
                                  [](std::string_view) -> Status { return fail(Fault::kInternal, "full"); });
  EXPECT_EQ(none.error().message, "full");
  EXPECT_EQ(engine.calls().at(0).format, "TSV");
}

TEST(FakeEngine, KeepsWhatIsInserted) {
  FakeEngine engine;
  engine.on("INTO good").stats({.rows_written = 2});
  engine.on("INTO late").finish_error({Fault::kCorrupt, 27, "row 2"});
  engine.on("INTO never").error({Fault::kBadQuery, 60, "no table"});
  auto good = engine.insert(Statement("INSERT INTO good"), "TSV", {});
  auto late = engine.insert(Statement("INSERT INTO late"), "TSV", {});
  ASSERT_TRUE(good && late);
  EXPECT_TRUE((*good)->append("1\n"));
  EXPECT_TRUE((*late)->append("x\n"));
  EXPECT_TRUE((*good)->append("2\n"));
  EXPECT_EQ((*good)->finish()->rows_written, 2U);
  EXPECT_EQ((*late)->finish().error().code, 27);
  EXPECT_EQ(engine.insert(Statement("INSERT INTO never"), "TSV", {}).error().code, 60);
  const auto calls = engine.calls();
  EXPECT_EQ(calls.at(0).inserted, "1\n2\n");
  EXPECT_TRUE(calls.at(0).finished);
  EXPECT_EQ(calls.at(1).inserted, "x\n");
  EXPECT_FALSE(calls.at(1).finished);
}

TEST(FakeEngine, DelaysEndByStopCancelAndDeadline) {
  FakeEngine engine;
  engine.on("slow").after(1h).always();
  std::stop_source source;
  StatementOptions stopped;
  stopped.stop = source.get_token();
  std::thread stopper([&] {
    std::this_thread::sleep_for(20ms);
    source.request_stop();
  });
  EXPECT_EQ(engine.execute(Statement("slow"), stopped).error().fault, Fault::kCancelled);
  stopper.join();

  StatementOptions named;
  named.id = "slow-one";
  std::thread canceller([&] {
    std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(engine.cancel("another"));
    EXPECT_TRUE(engine.cancel("slow-one"));
  });
  EXPECT_EQ(engine.execute(Statement("slow"), named).error().fault, Fault::kCancelled);
  canceller.join();
  EXPECT_THAT(engine.cancelled(), ElementsAre("another", "slow-one"));
  engine.on("quick");
  EXPECT_TRUE(engine.execute(Statement("quick"), named)) << "a cancel is for what is running";

  StatementOptions hurried;
  hurried.deadline = 20ms;
  EXPECT_EQ(engine.execute(Statement("slow"), hurried).error().fault, Fault::kTimeout);
}

TEST(FakeEngine, ReportsProgressAndTakesItsTime) {
  FakeEngine engine;
  engine.on("x").progress({.rows_read = 7, .total_rows = 9}).after(30ms);
  std::uint64_t seen = 0;
  StatementOptions options;
  options.on_progress = [&](const Progress& progress) { seen = progress.rows_read; };
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(engine.execute(Statement("x"), options));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 30ms);
  EXPECT_EQ(seen, 7U);
}

}  // namespace
}  // namespace gapless::testing_support
