// A process that works on a state store, for the tests with several processes:
//   store_worker open STORE            prints the store's id
//   store_worker take STORE HOLDER N   tries the leases web/0 … web/N-1 once each; prints "web/i fence" for each that it got
//   store_worker write STORE FIRST     runs on and on; prints "n what [fence]" after each write that was acknowledged
// Each waits for a line on standard input before it touches the store. Exit code 1 and a message on any error.
#include "contract/store_worker.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "support/any_store.h"

namespace gapless::contract {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << result.error().message << std::endl;
    std::_Exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void say(const std::string& line) { std::cout << line << std::endl; }

void take(StateStore& store, const std::string& holder, int count) {
  for (int i = 0; i < count; ++i) {
    const auto taken = must(store.take_lease(fmt::format("web/{}", i), holder, std::chrono::hours(1)));
    if (const auto* lease = std::get_if<Lease>(&taken)) say(fmt::format("{} {}", lease->resource, lease->fence));
  }
}

void write_one(StateStore& store, int n) {
  RunRecord run = worker_run(n);
  must(store.begin_run(run));
  say(fmt::format("{} begun", n));
  for (const StepRecord& step : worker_steps(n)) must(store.record_step(step));
  say(fmt::format("{} stepped", n));
  const auto taken = must(store.take_lease(worker_resource(n), run.id, std::chrono::hours(1)));
  const std::uint64_t fence = std::get<Lease>(taken).fence;
  say(fmt::format("{} leased {}", n, fence));
  must(store.write_journal(worker_entry(n, fence)));
  say(fmt::format("{} journalled {}", n, fence));
  run.status = RunStatus::kSucceeded;
  must(store.update_run(run));
  say(fmt::format("{} finished", n));
  must(store.erase_journal(run.id, "web", worker_entry(n, fence).partition));
  say(fmt::format("{} erased", n));
  // Keeps the last few runs, so that each prune deletes a run with its steps.
  must(store.prune_runs(worker_run(n - 3).started_at));
  say(fmt::format("{} pruned", n));
}

int work(const std::vector<std::string>& arguments) {
  std::string gate;
  std::getline(std::cin, gate);
  const auto store = must(testing_support::open_any_store(arguments.at(1)));
  if (arguments.at(0) == "open") say(must(store->store_id()));
  if (arguments.at(0) == "take") take(*store, arguments.at(2), std::stoi(arguments.at(3)));
  if (arguments.at(0) == "write") {
    for (int n = std::stoi(arguments.at(2));; ++n) write_one(*store, n);
  }
  return 0;
}

}  // namespace
}  // namespace gapless::contract

int main(int argc, char** argv) { return gapless::contract::work({argv + 1, argv + argc}); }
