// What the chDB engine promises beside the Engine contract: about its library, its directory and its process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "engine/chdb/chdb_engine.h"
#include "support/chdb_directory.h"
#include "support/chdb_process.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;
using testing::StartsWith;
using testing_support::ChdbDirectory;
using testing_support::ChdbProcess;

ChdbOptions at(const std::filesystem::path& directory) {
  ChdbOptions options;
  options.directory = directory;
  options.threads = 2;
  return options;
}

std::unique_ptr<ChdbEngine> opened(const ChdbOptions& options) {
  auto engine = ChdbEngine::open(options);
  EXPECT_TRUE(engine) << engine.error().message;
  return engine ? std::move(*engine) : nullptr;
}

std::string value(Engine& engine, const std::string& query) {
  const auto rows = engine.select(Statement(query), {});
  return rows && rows->size() == 1 ? rows->text(0, 0) : rows ? "no single row" : rows.error().message;
}

TEST(ChdbEngine, KeepsItsTablesOverReopening) {
  const ChdbDirectory directory;
  for (int round = 0; round < 5; ++round) {
    const auto engine = opened(at(directory.path()));
    ASSERT_NE(engine, nullptr);
    if (round == 0) {
      ASSERT_TRUE(engine->execute(Statement("CREATE DATABASE kept ENGINE = Atomic"), {}));
      ASSERT_TRUE(engine->execute(Statement("CREATE TABLE kept.t (a UInt64) ENGINE = MergeTree ORDER BY a"), {}));
    }
    ASSERT_TRUE(engine->execute(Statement("INSERT INTO kept.t SELECT 1"), {}));
    EXPECT_EQ(value(*engine, "SELECT count() FROM kept.t"), std::to_string(round + 1));
  }
}

TEST(ChdbEngine, OpensAnotherDirectoryAfterTheFirst) {
  const ChdbDirectory first;
  const ChdbDirectory second;
  auto engine = opened(at(first.path()));
  ASSERT_NE(engine, nullptr);
  const auto too_early = ChdbEngine::open(at(second.path()));
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().fault, Fault::kConflict);
  EXPECT_THAT(too_early.error().message, AllOf(HasSubstr(first.path().string()), HasSubstr(second.path().string())));
  EXPECT_EQ(value(*engine, "SELECT 1"), "1") << "the first must go on";
  engine.reset();
  engine = opened(at(second.path()));
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(value(*engine, "SELECT 2"), "2");
}

TEST(ChdbEngine, MakesItsDirectory) {
  const ChdbDirectory directory;
  const auto engine = opened(at(directory.path() / "a" / "b"));
  ASSERT_NE(engine, nullptr);
  EXPECT_TRUE(std::filesystem::is_directory(directory.path() / "a" / "b"));
}

TEST(ChdbEngine, TheDirectoryOfAnotherProcessIsAConflictThatNamesIt) {
  const ChdbDirectory directory;
  ChdbProcess holder({"hold", directory.path().string()});
  const pid_t pid = holder.pid();
  ASSERT_THAT(holder.line(), Optional(std::string("open")));
  testing::internal::CaptureStderr();
  const auto engine = ChdbEngine::open(at(directory.path()));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "chDB must not be asked";
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().fault, Fault::kConflict);
  EXPECT_EQ(engine.error().message, "data directory " + directory.path().string() + " is in use by process " +
                                        std::to_string(pid) +
                                        " (chdb_probe): wait for it or stop it, or name another directory");
  EXPECT_EQ(holder.wait(), 0);
  EXPECT_NE(opened(at(directory.path())), nullptr) << "it is free now";
}

TEST(ChdbEngine, OurOwnDirectoryIsAConflictForOthersAndForUs) {
  const ChdbDirectory directory;
  const auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  ChdbProcess other({"hold", directory.path().string()});
  EXPECT_THAT(other.line(), Optional(StartsWith("conflict: data directory " + directory.path().string() +
                                                " is in use by process " + std::to_string(getpid()))));
  EXPECT_EQ(other.wait(), 1);
  const auto again = ChdbEngine::open(at(directory.path()));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::kConflict);
  EXPECT_EQ(value(*engine, "SELECT 1"), "1");
}

TEST(ChdbEngine, OpensAfterItsProcessWasKilled) {
  const ChdbDirectory directory;
  ChdbProcess holder({"hold", directory.path().string()});
  ASSERT_THAT(holder.line(), Optional(std::string("open")));
  holder.kill();
  ASSERT_TRUE(std::filesystem::exists(directory.path() / "status")) << "the dead process's file is in the way";
  const auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(value(*engine, "SELECT 1"), "1");
}

TEST(ChdbEngine, LeavesStandardInputAlone) {
  const ChdbDirectory directory;
  ChdbProcess writer({"write", directory.path().string()});
  writer.write("(77),(78)");
  writer.close_input();
  EXPECT_THAT(writer.line(), Optional(std::string("3 rows")));
  EXPECT_THAT(writer.line(), Optional(std::string("(77),(78)")));
  EXPECT_EQ(writer.wait(), 0);
}

TEST(ChdbEngine, RefusesInsertsThatWouldReadStandardInput) {
  const ChdbDirectory directory;
  const auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  for (const char* text : {"INSERT INTO t VALUES (1)", "insert into t (a) format TSV 1", "INSERT INTO t"}) {
    const auto stats = engine->execute(Statement(text), {});
    ASSERT_FALSE(stats) << text;
    EXPECT_EQ(stats.error().fault, Fault::kBadQuery);
    EXPECT_THAT(stats.error().message, HasSubstr("standard input"));
  }
}

TEST(ChdbEngine, LetsItsProcessLeaveMainCleanly) {
  for (int i = 0; i < 10; ++i) {
    const ChdbDirectory directory;
    ChdbProcess process({"write", directory.path().string()});
    EXPECT_THAT(process.line(), Optional(std::string("3 rows")));
    EXPECT_EQ(process.wait(), 0);
  }
}

TEST(ChdbEngine, LeavesSignalsAsTheyWere) {
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  const ChdbDirectory directory;
  const auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(value(*engine, "SELECT 1"), "1");
  sigset_t after;
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal)) << "mask of signal " << signal;
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0) {
      EXPECT_EQ(action.sa_handler, SIG_DFL) << "handler of signal " << signal;
    }
  }
}

TEST(ChdbEngine, TakesSettingsAndRefusesBadOnes) {
  const ChdbDirectory directory;
  ChdbOptions options = at(directory.path());
  options.settings = {{"max_block_size", "12345"}, {"max_threads", "1"}};
  {
    const auto engine = opened(options);
    ASSERT_NE(engine, nullptr);
    EXPECT_EQ(value(*engine, "SELECT getSetting('max_block_size')"), "12345");
    EXPECT_EQ(value(*engine, "SELECT getSetting('max_threads')"), "1");
  }
  options.settings = {{"max_blok_size", "1"}};
  const auto unknown = ChdbEngine::open(options);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(unknown.error().message, HasSubstr("max_blok_size"));
  options.settings = {{"max_block_size", "many"}};
  const auto bad = ChdbEngine::open(options);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(bad.error().message, AllOf(HasSubstr("max_block_size"), HasSubstr("many")));
  EXPECT_NE(opened(at(directory.path())), nullptr);
}

// chDB's stream then ends as a whole one does.
TEST(ChdbEngine, AStreamWhoseTimeIsOverIsNotTakenForAWholeOne) {
  const ChdbDirectory directory;
  const auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  StatementOptions options;
  options.deadline = std::chrono::milliseconds(1000);
  for (const int rows : {10, 70'000, 5'000'000}) {
    const auto done =
        engine->stream(Statement("SELECT number FROM numbers({rows:UInt64})").bind("rows", std::uint64_t(rows)), "TSV",
                       options, [](std::string_view) -> Status {
                         std::this_thread::sleep_for(std::chrono::milliseconds(1100));
                         return {};
                       });
    ASSERT_FALSE(done) << rows;
    EXPECT_EQ(done.error().fault, Fault::kTimeout) << done.error().message;
  }
}

TEST(ChdbEngine, BoundsTheMemoryOfAllStatementsTogether) {
  const ChdbDirectory directory;
  const Statement hungry("SELECT length(groupArray(number)) AS n FROM numbers(30000000)");
  {
    ChdbOptions options = at(directory.path());
    options.memory_limit_bytes = 200'000'000;
    const auto engine = opened(options);
    ASSERT_NE(engine, nullptr);
    for (int i = 0; i < 10; ++i) {
      const auto rows = engine->select(hungry, {});
      ASSERT_FALSE(rows);
      EXPECT_EQ(rows.error().code, 241) << rows.error().message;
      EXPECT_EQ(value(*engine, "SELECT sum(number) FROM numbers(1000000)"), "499999500000") << "round " << i;
    }
  }
  const auto unbounded = opened(at(directory.path()));
  ASSERT_NE(unbounded, nullptr);
  EXPECT_EQ(unbounded->select(hungry, {}).value_or(Rows()).size(), 1U);
}

TEST(ChdbEngine, AnInsertStreamKeepsTheDirectoryOpen) {
  const ChdbDirectory directory;
  auto engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  ASSERT_TRUE(engine->execute(Statement("CREATE DATABASE kept ENGINE = Atomic"), {}));
  ASSERT_TRUE(engine->execute(Statement("CREATE TABLE kept.t (a UInt64) ENGINE = MergeTree ORDER BY a"), {}));
  auto stream = engine->insert(Statement("INSERT INTO kept.t (a)"), "TSV", {});
  ASSERT_TRUE(stream) << stream.error().message;
  engine.reset();
  EXPECT_FALSE(ChdbEngine::open(at(directory.path())));
  ASSERT_TRUE((*stream)->append("1\n"));
  ASSERT_TRUE((*stream)->finish());
  stream->reset();
  engine = opened(at(directory.path()));
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(value(*engine, "SELECT count() FROM kept.t"), "1");
}

TEST(ChdbEngine, ADamagedDirectoryIsAnError) {
  const ChdbDirectory directory;
  {
    const auto engine = opened(at(directory.path()));
    ASSERT_NE(engine, nullptr);
    ASSERT_TRUE(engine->execute(Statement("CREATE DATABASE damaged ENGINE = Atomic"), {}));
  }
  std::ofstream(directory.path() / "metadata" / "damaged.sql") << "garbage";
  const auto engine = ChdbEngine::open(at(directory.path()));
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().fault, Fault::kUnavailable);
  EXPECT_THAT(engine.error().message, HasSubstr(directory.path().string()));
  const ChdbDirectory other;
  EXPECT_NE(opened(at(other.path())), nullptr) << "the process must be able to go on";
}

TEST(ChdbEngine, AFullDiskIsNamed) {
  const char* full = std::getenv("GAPLESS_TEST_SMALL_DISK");
  if (full == nullptr) GTEST_SKIP() << "set GAPLESS_TEST_SMALL_DISK to a directory on a file system of 20 MB";
  const auto engine = opened(at(std::filesystem::path(full) / "engine"));
  ASSERT_NE(engine, nullptr);
  ASSERT_TRUE(engine->execute(Statement("CREATE DATABASE big ENGINE = Atomic"), {}));
  ASSERT_TRUE(engine->execute(Statement("CREATE TABLE big.t (s String) ENGINE = MergeTree ORDER BY tuple()"), {}));
  const auto stats =
      engine->execute(Statement("INSERT INTO big.t SELECT hex(sipHash128(number)) FROM numbers(3000000)"), {});
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().fault, Fault::kUnavailable);
  EXPECT_EQ(stats.error().code, 243);
  EXPECT_FALSE(stats.error().retryable());
  EXPECT_THAT(stats.error().message, StartsWith("no space left on the disk of " + std::string(full)));
}

TEST(ChdbEngine, LoadsOneLibrary) {
  const ChdbDirectory directory;
  ASSERT_NE(opened(at(directory.path())), nullptr);
  ChdbOptions options = at(directory.path());
  options.library = "/proc/self/exe";
  const auto engine = ChdbEngine::open(options);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().fault, Fault::kConflict);
}

}  // namespace
}  // namespace gapless
