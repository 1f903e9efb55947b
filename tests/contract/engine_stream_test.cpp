#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "contract/engine_contract.h"

namespace gapless::contract {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Collects a stream's output.
struct Collector {
  std::string bytes;
  int pieces = 0;
  std::function<Status(std::string_view)> sink() {
    return [this](std::string_view piece) {
      bytes += piece;
      ++pieces;
      return Status();
    };
  }
};

TEST_P(EngineContract, StreamHandsOverTheWholeOutputInOrder) {
  Collector collector;
  const auto stats = engine().stream(Statement("SELECT number FROM numbers(1000000)"), "TSV", {}, collector.sink());
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_GT(collector.pieces, 1);
  std::string expected;
  for (int i = 0; i < 1000000; ++i) expected += std::to_string(i) + "\n";
  EXPECT_TRUE(collector.bytes == expected) << collector.bytes.size() << " bytes";
}

TEST_P(EngineContract, StreamWritesOneDocumentInEveryFormat) {
  const std::string query = "SELECT number AS n FROM numbers(5) SETTINGS max_block_size = 2";
  struct Case {
    const char* format;
    const char* expected;
  };
  for (const Case& example : {Case{"TSV", "0\n1\n2\n3\n4\n"}, Case{"CSVWithNames", "\"n\"\n0\n1\n2\n3\n4\n"},
                              Case{"TSVWithNames", "n\n0\n1\n2\n3\n4\n"}, Case{"Values", "(0),(1),(2),(3),(4)"},
                              Case{"JSONEachRow", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n"},
                              Case{"JSONCompactEachRow", "[0]\n[1]\n[2]\n[3]\n[4]\n"}}) {
    Collector collector;
    const auto stats = engine().stream(Statement(query), example.format, {}, collector.sink());
    ASSERT_TRUE(stats) << example.format << ": " << stats.error().message;
    EXPECT_EQ(collector.bytes, example.expected) << example.format;
  }
}

TEST_P(EngineContract, AFormatInTheTextHasItsWay) {
  Collector collector;
  const std::string query = "SELECT number AS n FROM numbers(5) SETTINGS max_block_size = 2 FORMAT CSVWithNames";
  const auto stats = engine().stream(Statement(query), "TSV", {}, collector.sink());
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(collector.bytes, "\"n\"\n0\n1\n2\n3\n4\n");
}

TEST_P(EngineContract, StreamRunsStatementsOfEveryKindOnce) {
  create_numbers();
  Collector tables;
  ASSERT_TRUE(engine().stream(Statement("SHOW TABLES FROM contract"), "TSV", {}, tables.sink()));
  EXPECT_EQ(tables.bytes, "numbers\n");
  Collector nothing;
  ASSERT_TRUE(engine().stream(Statement("INSERT INTO contract.numbers SELECT 1, 'a'"), "TSV", {}, nothing.sink()));
  EXPECT_EQ(nothing.bytes, "");
  EXPECT_EQ(numbers_count(), "1");
}

TEST_P(EngineContract, StreamBindsParameters) {
  Collector collector;
  Statement statement("SELECT {x:String} AS x FROM numbers(2)");
  ASSERT_TRUE(engine().stream(statement.bind("x", "it's\t"), "TSVRaw", {}, collector.sink()));
  EXPECT_EQ(collector.bytes, "it's\t\nit's\t\n");
}

TEST_P(EngineContract, AnErrorOfTheSinkEndsTheStream) {
  int pieces = 0;
  const auto began = steady_clock::now();
  const auto stats = engine().stream(Statement("SELECT number FROM numbers(1000000000000)"), "TSV", {},
                                     [&](std::string_view) -> Status {
                                       if (++pieces == 3) return fail(Fault::kUnavailable, "the disk is full", 77);
                                       return {};
                                     });
  ASSERT_FALSE(stats);
  EXPECT_THAT(stats.error(), IsError(Fault::kUnavailable, 77));
  EXPECT_EQ(stats.error().message, "the disk is full");
  EXPECT_EQ(pieces, 3);
  EXPECT_LT(steady_clock::now() - began, kSoon);
  EXPECT_EQ(value("SELECT 1"), "1");
}

class Insert {
 public:
  Insert(Engine& engine, const StatementOptions& options, std::string_view format = "TSV") {
    Statement statement("INSERT INTO {d:Identifier}.{t:Identifier} (n, s)");
    auto opened = engine.insert(statement.bind("d", "contract").bind("t", "numbers"), format, options);
    EXPECT_TRUE(opened) << opened.error().message;
    if (opened) stream_ = std::move(*opened);
  }
  InsertStream& operator*() { return *stream_; }
  InsertStream* operator->() { return stream_.get(); }
  void destroy() { stream_.reset(); }

 private:
  std::unique_ptr<InsertStream> stream_;
};

TEST_P(EngineContract, InsertWritesRowsSplitAnywhere) {
  create_numbers();
  Insert insert(engine(), {});
  for (const char byte : std::string_view("1\tone\n22\ttwo\n333\tthree\n")) ASSERT_TRUE(insert->append({&byte, 1}));
  ASSERT_TRUE(insert->append(""));
  const auto stats = insert->finish();
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->rows_written, 3U);
  EXPECT_EQ(value("SELECT s FROM contract.numbers WHERE n = 333"), "three");
}

TEST_P(EngineContract, InsertOfNothingWritesNothing) {
  create_numbers();
  Insert insert(engine(), {});
  const auto stats = insert->finish();
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->rows_written, 0U);
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, InsertWritesManyBlocks) {
  create_numbers();
  Insert insert(engine(), {});
  std::string rows;
  for (int i = 0; i < 100000; ++i) rows += std::to_string(i) + "\tx\n";
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(insert->append(rows));
  const auto stats = insert->finish();
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->rows_written, 2500000U);
  EXPECT_EQ(numbers_count(), "2500000");
}

TEST_P(EngineContract, InsertOfABadRowWritesNothingOfItsBlock) {
  create_numbers();
  for (const char* rows : {"1\tone\nmany\ttwo\n", "1\tone\n2", "1\n"}) {
    Insert insert(engine(), {});
    static_cast<void>(insert->append(rows));  // may be told now or later
    const auto stats = insert->finish();
    ASSERT_FALSE(stats) << rows;
    EXPECT_EQ(stats.error().fault, Fault::kCorrupt) << stats.error().message;
    EXPECT_EQ(insert->append("3\tthree\n").error().message, stats.error().message) << "the error must stay";
    EXPECT_FALSE(insert->finish());
    EXPECT_EQ(numbers_count(), "0");
  }
}

TEST_P(EngineContract, InsertTellsABadRowWhenItIsFed) {
  if (!GetParam().reads_rows_early) GTEST_SKIP() << "this engine may look at no row before it has many";
  create_numbers();
  Insert insert(engine(), {});
  Status status = insert->append("many\tone\n");
  for (int i = 0; i < 500 && status; ++i) {
    std::this_thread::sleep_for(10ms);
    status = insert->append("2\ttwo\n");
  }
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error(), IsError(Fault::kCorrupt, 27));
  EXPECT_THAT(status.error().message, HasSubstr("many"));
}

TEST_P(EngineContract, InsertOpensOnlyWhereItCanWrite) {
  create_numbers();
  const auto table = engine().insert(Statement("INSERT INTO contract.nowhere (n)"), "TSV", {});
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error(), IsError(Fault::kBadQuery, 60));
  const auto format = engine().insert(Statement("INSERT INTO contract.numbers (n)"), "NoSuchFormat", {});
  ASSERT_FALSE(format);
  EXPECT_THAT(format.error(), IsError(Fault::kBadQuery, 73));
  const auto column = engine().insert(Statement("INSERT INTO contract.numbers (nothing)"), "TSV", {});
  ASSERT_FALSE(column);
  EXPECT_EQ(column.error().fault, Fault::kBadQuery);
}

TEST_P(EngineContract, InsertDestroyedBeforeItsEndIsCancelled) {
  create_numbers();
  Insert insert(engine(), {});
  ASSERT_TRUE(insert->append("1\tone\n2\ttwo\n"));
  insert.destroy();
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, InsertIsOverOnceItIsFinished) {
  create_numbers();
  Insert insert(engine(), {});
  ASSERT_TRUE(insert->append("1\tone\n"));
  ASSERT_TRUE(insert->finish());
  EXPECT_EQ(insert->append("2\ttwo\n").error().fault, Fault::kInternal);
  EXPECT_EQ(insert->finish().error().fault, Fault::kInternal);
  EXPECT_EQ(numbers_count(), "1");
}

TEST_P(EngineContract, AStopEndsAnInsert) {
  create_numbers();
  std::stop_source source;
  StatementOptions options;
  options.stop = source.get_token();
  Insert waiting(engine(), options);
  Insert finishing(engine(), options);
  ASSERT_TRUE(waiting->append("1\tone\n"));
  ASSERT_TRUE(finishing->append("2\ttwo\n"));
  source.request_stop();
  EXPECT_THAT(waiting->append("2\ttwo\n").error(), IsError(Fault::kCancelled, 394));
  EXPECT_THAT(waiting->finish().error(), IsError(Fault::kCancelled, 394));
  EXPECT_THAT(finishing->finish().error(), IsError(Fault::kCancelled, 394));
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, AStopEndsAnInsertThatIsBeingFed) {
  create_numbers();
  std::stop_source source;
  StatementOptions options;
  options.stop = source.get_token();
  Insert insert(engine(), options);
  std::string rows;
  for (int i = 0; i < 100000; ++i) rows += std::to_string(i) + "\tx\n";
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  Status status;
  for (int i = 0; i < 10000 && status; ++i) status = insert->append(rows);
  stopper.join();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error(), IsError(Fault::kCancelled, 394));
  EXPECT_THAT(insert->finish().error(), IsError(Fault::kCancelled, 394));
}

TEST_P(EngineContract, CancelEndsAnInsert) {
  create_numbers();
  Insert insert(engine(), named("insert-to-cancel"));
  ASSERT_TRUE(insert->append("1\tone\n"));
  EXPECT_TRUE(engine().cancel("insert-to-cancel"));
  EXPECT_THAT(insert->finish().error(), IsError(Fault::kCancelled, 394));
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, ADeadlineEndsAnInsert) {
  create_numbers();
  StatementOptions options;
  options.deadline = 1s;
  Insert appending(engine(), options);
  Insert finishing(engine(), options);
  // On a busy machine the deadline may pass before these: then they are refused, which is as good.
  static_cast<void>(appending->append("1\tone\n"));
  static_cast<void>(finishing->append("1\tone\n"));
  std::this_thread::sleep_for(1100ms);
  EXPECT_THAT(appending->append("2\ttwo\n").error(), IsError(Fault::kTimeout, 159));
  EXPECT_THAT(finishing->finish().error(), IsError(Fault::kTimeout, 159));
  EXPECT_EQ(numbers_count(), "0");
}

TEST_P(EngineContract, AMemoryLimitEndsAnInsert) {
  create_numbers();
  StatementOptions options;
  options.memory_limit_bytes = 20'000'000;
  Insert insert(engine(), options);
  std::string rows;
  for (int i = 0; i < 100000; ++i) rows += std::to_string(i) + "\thello world\n";
  Status status;
  for (int i = 0; i < 100 && status; ++i) status = insert->append(rows);
  ASSERT_FALSE(insert->finish());
  EXPECT_THAT(insert->finish().error(), IsError(Fault::kOverload, 241));
}

TEST_P(EngineContract, OtherStatementsRunWhileAnInsertIsOpen) {
  create_numbers();
  Insert insert(engine(), {});
  ASSERT_TRUE(insert->append("1\tone\n"));
  EXPECT_EQ(value("SELECT 5"), "5");
  EXPECT_EQ(numbers_count(), "0");
  ASSERT_TRUE(insert->append("2\ttwo\n"));
  ASSERT_TRUE(insert->finish());
  EXPECT_EQ(numbers_count(), "2");
}

}  // namespace
}  // namespace gapless::contract
