// What every StateStore promises to threads at once, through one object and, where a store outlives its objects,
// through several.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <set>
#include <thread>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 8;
constexpr int kResources = 30;

/// Runs `body(thread number)` on so many threads that begin together.
template <class Body>
void on_threads(int count, Body body) {
  std::barrier start(count);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < count; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      body(thread);
    });
  }
}

std::string resource(int number) { return "web/" + std::to_string(number); }

/// Every thread tries every resource once, from a place of its own on; thread n through stores[n modulo their number].
void expect_exactly_one_holder_each(const std::vector<StateStore*>& stores) {
  std::vector<std::vector<Lease>> taken(kThreads);
  std::vector<std::vector<std::pair<int, std::string>>> refused(kThreads);
  on_threads(kThreads, [&](int thread) {
    StateStore& store = *stores[static_cast<std::size_t>(thread) % stores.size()];
    for (int i = 0; i < kResources; ++i) {
      const int number = (i + thread) % kResources;
      const auto result = store.take_lease(resource(number), "t" + std::to_string(thread), 1h);
      ASSERT_TRUE(result) << result.error().message;
      if (const auto* lease = std::get_if<Lease>(&*result)) taken[thread].push_back(*lease);
      if (const auto* held = std::get_if<LeaseHeld>(&*result)) refused[thread].emplace_back(number, held->holder);
    }
  });

  std::map<std::string, std::string> holders;
  std::set<std::uint64_t> fences;
  for (const auto& leases : taken) {
    for (const Lease& lease : leases) {
      EXPECT_TRUE(holders.emplace(lease.resource, lease.holder).second) << lease.resource << " was taken twice";
      EXPECT_TRUE(fences.insert(lease.fence).second) << "fence " << lease.fence << " was given twice";
    }
  }
  EXPECT_EQ(holders.size(), kResources);
  std::size_t refusals = 0;
  for (const auto& of_thread : refused) {
    for (const auto& [number, holder] : of_thread) EXPECT_EQ(holder, holders[resource(number)]);
    refusals += of_thread.size();
  }
  EXPECT_EQ(refusals, kResources * (kThreads - 1));
  EXPECT_EQ(stores[0]->leases().value().size(), kResources);
}

/// Threads take, hold and give back one resource in turns.
void expect_one_holder_at_a_time(const std::vector<StateStore*>& stores) {
  constexpr int kTurns = 40;
  std::atomic<int> inside = 0;
  std::atomic<int> turns = 0;
  std::uint64_t last_fence = 0;  // without a lock: the lease is the lock
  on_threads(4, [&](int thread) {
    StateStore& store = *stores[static_cast<std::size_t>(thread) % stores.size()];
    while (turns < kTurns) {
      const auto result = store.take_lease("web/one", "t" + std::to_string(thread), 1h);
      ASSERT_TRUE(result) << result.error().message;
      const auto* lease = std::get_if<Lease>(&*result);
      if (!lease) {
        std::this_thread::yield();
        continue;
      }
      EXPECT_EQ(++inside, 1);
      EXPECT_GT(lease->fence, last_fence);
      last_fence = lease->fence;
      ++turns;
      --inside;
      ASSERT_TRUE(store.release_lease(*lease));
    }
  });
  EXPECT_GE(turns, kTurns);
}

class ConcurrencyContract : public StoreTest {};

TEST_P(ConcurrencyContract, EveryLeaseHasExactlyOneHolder) { expect_exactly_one_holder_each({&store()}); }

TEST_P(ConcurrencyContract, ALeaseHasOneHolderAtATime) { expect_one_holder_at_a_time({&store()}); }

TEST_P(ConcurrencyContract, NoRunStepOrEntryIsLost) {
  constexpr int kRuns = 10;
  on_threads(4, [&](int thread) {
    for (int i = 0; i < kRuns; ++i) {
      const std::string id = std::to_string(thread) + "/" + std::to_string(i);
      ASSERT_TRUE(store().begin_run(some_run(id, at(i))));
      ASSERT_TRUE(store().record_step(some_step(id, "2026-03-01", "build", at(i))));
      ASSERT_TRUE(store().write_journal(some_entry(id, "2026-03-01", 1)));
      ASSERT_TRUE(store().runs(5));
    }
  });
  const auto runs = store().runs(1000).value();
  EXPECT_EQ(runs.size(), 4U * kRuns);
  for (const RunRecord& run : runs) EXPECT_EQ(store().steps(run.id).value().size(), 1U) << run.id;
  EXPECT_EQ(store().journal().value().size(), 4U * kRuns);
}

INSTANTIATE_TEST_SUITE_P(Store, ConcurrencyContract, testing::ValuesIn(every_store()), kCaseName);

/// For stores that outlive their objects.
class SharedStoreContract : public StoreTest {
 protected:
  StateStore& other() { return *other_; }

 private:
  std::unique_ptr<StateStore> other_ = fixture().open();
};

TEST_P(SharedStoreContract, EveryLeaseHasExactlyOneHolderOverTwoObjects) {
  expect_exactly_one_holder_each({&store(), &other()});
}

TEST_P(SharedStoreContract, ALeaseHasOneHolderAtATimeOverTwoObjects) {
  expect_one_holder_at_a_time({&store(), &other()});
}

TEST_P(SharedStoreContract, WhatOneObjectWritesTheOtherReads) {
  EXPECT_EQ(store().store_id().value(), other().store_id().value());
  const RunRecord run = some_run("r1", at(0));
  ASSERT_TRUE(store().begin_run(run));
  EXPECT_EQ(other().run("r1").value(), run);
  EXPECT_TRUE(other().request_cancel("r1").value());
  EXPECT_TRUE(store().heartbeat("r1").value());
  ASSERT_TRUE(other().set_pause({"reason", std::nullopt}));
  EXPECT_EQ(store().pause(at(0)).value(), (StateStore::Pause{"reason", std::nullopt}));
  const Lease lease = std::get<Lease>(store().take_lease("web/1", "r1", 1h).value());
  EXPECT_TRUE(std::holds_alternative<LeaseHeld>(other().take_lease("web/1", "r2", 1h).value()));
  ASSERT_TRUE(store().release_lease(lease));
  EXPECT_GT(std::get<Lease>(other().take_lease("web/1", "r2", 1h).value()).fence, lease.fence);
}

TEST_P(SharedStoreContract, EverythingIsThereAfterReopening) {
  const std::string id = store().store_id().value();
  const RunRecord run = some_run("r1", at(0));
  const StepRecord step = some_step("r1", "2026-03-01", "build", at(0));
  const JournalEntry entry = some_entry("r1", "2026-03-01", 1);
  ASSERT_TRUE(store().begin_run(run));
  ASSERT_TRUE(store().record_step(step));
  ASSERT_TRUE(store().write_journal(entry));
  const Lease lease = std::get<Lease>(store().take_lease("web/1", "r1", 1h).value());
  reopen();
  EXPECT_EQ(store().store_id().value(), id);
  EXPECT_EQ(store().run("r1").value(), run);
  EXPECT_THAT(store().steps("r1").value(), testing::ElementsAre(step));
  EXPECT_THAT(store().journal().value(), testing::ElementsAre(entry));
  EXPECT_THAT(store().leases().value(), testing::ElementsAre(lease));
  EXPECT_TRUE(store().renew_lease(lease, 1h).value());
}

TEST_P(SharedStoreContract, MadeByManyAtOnceIsOneStore) {
  for (int round = 0; round < 5; ++round) {
    const auto fresh = GetParam().make();
    std::vector<std::unique_ptr<StateStore>> objects(kThreads);
    on_threads(kThreads, [&](int thread) { objects[thread] = fresh->open(); });
    std::set<std::string> ids;
    for (const auto& object : objects) {
      ASSERT_TRUE(object);
      ids.insert(object->store_id().value());
    }
    EXPECT_EQ(ids.size(), 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(Store, SharedStoreContract, testing::ValuesIn(lasting_stores()), kCaseName);

}  // namespace
}  // namespace gapless::contract
