// Stores among processes, and after the death of one in the middle of a write.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "contract/store_fixture.h"
#include "contract/store_worker.h"
#include "support/worker.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing_support::Worker;

constexpr int kProcesses = 4;
constexpr int kKills = 30;

/// Any number from 0 to `most`.
long pick(long most, std::mt19937& random) { return std::uniform_int_distribution<long>(0, most)(random); }

bool wait_for_file(const std::filesystem::path& path) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!std::filesystem::exists(path)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class StoreProcesses : public testing::TestWithParam<StoreKind> {
 protected:
  StoreFixture& fixture() { return *fixture_; }

 private:
  std::unique_ptr<StoreFixture> fixture_ = GetParam().make();
};

TEST_P(StoreProcesses, TakeEveryLeaseExactlyOnce) {
  constexpr int kLeases = 60;  // there is no store yet: the processes make it, too
  std::vector<Worker> workers;
  for (int i = 0; i < kProcesses; ++i) {
    workers.emplace_back(
        GAPLESS_STORE_WORKER,
        std::vector<std::string>{"take", fixture().address(), "p" + std::to_string(i), std::to_string(kLeases)});
  }
  for (Worker& worker : workers) worker.let_go();

  std::map<std::string, int> times_taken;
  std::set<std::string> fences;
  for (Worker& worker : workers) {
    const auto outcome = worker.wait();
    EXPECT_TRUE(outcome.exited_well);
    for (const std::string& line : outcome.lines) {
      ++times_taken[line.substr(0, line.find(' '))];
      fences.insert(line.substr(line.find(' ') + 1));
    }
  }
  EXPECT_EQ(times_taken.size(), kLeases);
  for (const auto& [resource, times] : times_taken) EXPECT_EQ(times, 1) << resource;
  EXPECT_EQ(fences.size(), kLeases);
  EXPECT_EQ(fixture().open()->leases().value().size(), kLeases);
}

TEST_P(StoreProcesses, KilledWhileTheyMakeAStoreLeaveOneThatOpens) {
  std::mt19937 random(20260301);
  int unanswered = 0;
  for (int round = 0; round < kKills; ++round) {
    const auto made = GetParam().make();
    StoreFixture& fixture = *made;
    const auto* file = dynamic_cast<const SqliteFixture*>(made.get());
    std::vector<Worker> workers;
    for (int i = 0; i < 3; ++i)
      workers.emplace_back(GAPLESS_STORE_WORKER, std::vector<std::string>{"open", fixture.address()});
    for (Worker& worker : workers) worker.let_go();
    if (file) {
      ASSERT_TRUE(wait_for_file(file->path()));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(pick(file ? 15'000 : 60'000, random)));
    for (Worker& worker : workers) worker.kill();
    std::set<std::string> ids;
    for (Worker& worker : workers) {
      const auto outcome = worker.wait();
      EXPECT_TRUE(outcome.killed || outcome.exited_well) << "round " << round;
      if (outcome.lines.empty()) ++unanswered;
      ids.insert(outcome.lines.begin(), outcome.lines.end());
    }
    const auto store = fixture.open();
    ASSERT_TRUE(store) << "round " << round;
    ids.insert(store->store_id().value());
    EXPECT_EQ(ids.size(), 1U) << "round " << round;
  }
  EXPECT_GT(unanswered, 0) << "every kill came too late to matter";
}

/// What the writer had acknowledged when it died.
struct Acknowledged {
  int n = 0;  ///< the last run
  std::vector<std::string> writes;
  std::uint64_t fence = 0;
  bool has(std::string_view what) const { return std::find(writes.begin(), writes.end(), what) != writes.end(); }
};

Acknowledged read_acknowledged(const std::vector<std::string>& lines, Acknowledged before) {
  for (const std::string& line : lines) {
    std::istringstream words(line);
    int n = 0;
    std::string what;
    words >> n >> what;
    if (n != before.n) before = Acknowledged{n, {}, before.fence};
    before.writes.push_back(what);
    words >> before.fence;
  }
  return before;
}

void expect_sound_file(const std::filesystem::path& path) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE, 60'000);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_FALSE(SQLite::Statement(database, "PRAGMA foreign_key_check").executeStep()) << "steps without their run";
}

void expect_all_that_was_acknowledged(StateStore& store, const Acknowledged& last) {
  const RunRecord run = worker_run(last.n);
  const auto of_this_run = [&](const JournalEntry& entry) { return entry.run_id == run.id; };
  const auto journal = store.journal().value();
  if (last.has("begun")) {
    EXPECT_TRUE(store.run(run.id).value());
  }
  if (last.has("stepped")) {
    EXPECT_EQ(store.steps(run.id).value(), worker_steps(last.n));
  }
  if (last.has("leased")) {
    const auto leases = store.leases().value();
    const auto held = std::find_if(leases.begin(), leases.end(),
                                   [&](const Lease& lease) { return lease.resource == worker_resource(last.n); });
    ASSERT_NE(held, leases.end());
    EXPECT_EQ(held->fence, last.fence);
  }
  if (last.has("journalled") && !last.has("finished")) {  // after that it may have been erased without a word
    EXPECT_THAT(journal, Contains(worker_entry(last.n, last.fence)));
  }
  if (last.has("finished")) {
    EXPECT_EQ(store.run(run.id).value()->status, RunStatus::kSucceeded);
  }
  if (last.has("erased")) {
    EXPECT_TRUE(std::none_of(journal.begin(), journal.end(), of_this_run));
  }
}

/// A transaction is there wholly or not at all, also the one that nobody heard of.
void expect_whole_transactions(StateStore& store) {
  std::uint64_t highest_fence = 0;
  const std::vector<Lease> leases = store.leases().value();
  for (const Lease& lease : leases) highest_fence = std::max(highest_fence, lease.fence);
  const Lease next = std::get<Lease>(store.take_lease("web/check", "check", 1h).value());
  EXPECT_GT(next.fence, highest_fence) << "a lease without its fence";
  const std::vector<JournalEntry> journal = store.journal().value();
  for (const JournalEntry& entry : journal) {
    EXPECT_EQ(entry, worker_entry(std::stoi(entry.run_id.substr(1)), entry.fence)) << "a torn entry";
  }
  const std::vector<RunRecord> runs = store.runs(SIZE_MAX).value();
  for (const RunRecord& run : runs) {
    EXPECT_TRUE(run.status != RunStatus::kSucceeded || store.steps(run.id).value().size() == 3) << run.id;
  }
}

TEST_P(StoreProcesses, KilledWhileTheyWriteLeaveWholeTransactionsAndAllThatWasAcknowledged) {
  std::mt19937 random(20260301);
  const auto* file = dynamic_cast<const SqliteFixture*>(&fixture());
  Acknowledged last;
  std::size_t acknowledged = 0;
  int kills_between_writes = 0;
  for (int round = 0; round < kKills; ++round) {
    // Numbers of its own for each writer: the one before may have begun a run without a word.
    Worker worker(GAPLESS_STORE_WORKER, {"write", fixture().address(), std::to_string(round * 1000 + 1)});
    worker.let_go();
    worker.wait_for_lines(static_cast<std::size_t>(pick(20, random)));  // whatever the speed of the disk
    std::this_thread::sleep_for(std::chrono::microseconds(pick(5000, random)));
    worker.kill();
    const auto outcome = worker.wait();
    ASSERT_TRUE(outcome.killed) << "the writer met an error";
    acknowledged += outcome.lines.size();
    last = read_acknowledged(outcome.lines, last);
    if (!last.has("pruned")) ++kills_between_writes;

    const auto store = fixture().open();
    ASSERT_TRUE(store) << "round " << round;
    if (file) expect_sound_file(file->path());
    if (last.n > 0) expect_all_that_was_acknowledged(*store, last);
    expect_whole_transactions(*store);
    ASSERT_FALSE(HasFailure()) << "round " << round << ", run " << last.n;
  }
  EXPECT_GT(acknowledged, 150U) << "the writers got nowhere: nothing was tried";
  EXPECT_GT(kills_between_writes, 0) << "every kill came at the same place";
}

INSTANTIATE_TEST_SUITE_P(Store, StoreProcesses, testing::ValuesIn(lasting_stores()), kCaseName);

}  // namespace
}  // namespace gapless::contract
