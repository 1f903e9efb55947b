#include "run/executor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include "run/host.h"
#include "run/lease_keeper.h"
#include "run/partition_job.h"
#include "run/pause.h"
#include "run/recovery.h"
#include "run/take_over.h"
#include "util/counted.h"
#include "util/kill_point.h"
#include "util/on_behalf.h"
#include "util/timing.h"
#include "util/waiting.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string describe(const LeaseHeld& held) {
  return fmt::format("held by run {} until {}", held.holder, format_instant(held.expires_at));
}

}  // namespace

const char* name(DayStatus status) {
  switch (status) {
    case DayStatus::kPublished: return "published";
    case DayStatus::kUnchanged: return "unchanged";
    case DayStatus::kSkipped: return "skipped";
    case DayStatus::kFailed: return "failed";
    case DayStatus::kCancelled: return "cancelled";
  }
  return "failed";
}

/// One run under way: the days still to do, shared by its workers.
class Executor::Run {
 public:
  Run(RunContext& context, const Plan& plan, std::stop_token stop)
      : context_(context),
        plan_(plan),
        keeper_(context.store, context.run_id, context.options.lease_ttl, std::move(stop)) {
    auto partitions = plan.work_by_partition(context.options.newest_first);
    std::stable_partition(partitions.begin(), partitions.end(),
                          [&](const auto& one) { return !context.failing.contains(one.first); });
    std::set<Day> days;
    for (auto& [partition, cells] : partitions) {
      const bool is_full = context.options.max_days > 0 && days.size() == context.options.max_days;
      if (is_full && !days.contains(partition.day)) continue;
      days.insert(partition.day);
      waiting_.push_back({partition, std::move(cells), nullptr, ""});
    }
    total_ = waiting_.size();
    for (const Work& work : waiting_) ++of_shard_[work.partition.shard].partitions;
    for (Work& work : waiting_) work.after = partitions_before(work);
  }

  std::size_t total() const { return total_; }
  bool stopping() const { return keeper_.stopping(); }

  /// Takes every lease before any work, or none: --on-conflict fail. Errors: kConflict.
  Status take_all() {
    for (Work& work : waiting_) {
      GAPLESS_ASSIGN(auto taken, keeper_.take(work.partition));
      if (const auto* held = std::get_if<LeaseHeld>(&taken)) {
        for (Work& other : waiting_) other.lease.reset();
        return fail(Fault::kConflict, fmt::format("{} is {}", work.partition.to_string(), describe(*held)));
      }
      work.lease = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(taken));
    }
    return {};
  }

  void work_off() {
    std::vector<std::jthread> others;
    std::size_t workers = 0;
    for (const auto& [shard, of_it] : of_shard_) workers += at_once(of_it.partitions);
    for (std::size_t i = 1; i < workers; ++i)
      others.emplace_back([this, whom = working_for] {
        const OnBehalfOf scope(whom);
        worker();
      });
    worker();
  }

  std::vector<DayReport> reports() && {
    std::sort(reports_.begin(), reports_.end(),
              [](const DayReport& a, const DayReport& b) { return a.partition < b.partition; });
    return std::move(reports_);
  }

 private:
  struct Work {
    Partition partition;
    std::vector<const PlannedCell*> cells;
    std::unique_ptr<LeaseKeeper::Held> lease;
    std::string held_by;         ///< set: somebody else had it when it was last tried
    std::uint32_t attempts = 0;  ///< that ended without a lease that was sure
    /// What is to be over before: where teams moved from here, the partitions of the shards that have them now.
    std::set<Partition> after = {};
    std::set<Partition> not_published = {};  ///< those of them that are over and are not as they were to be
  };
  struct OnShard {
    std::size_t partitions = 0;  ///< of the run
    std::size_t busy = 0;        ///< worked on now
  };

  std::size_t at_once(std::size_t partitions) const {
    return std::min(std::max<std::size_t>(1, context_.options.max_concurrent), partitions);
  }

  /// None of them waits for this one: teams go to shards of higher numbers.
  std::set<Partition> partitions_before(const Work& work) const {
    std::set<Partition> before;
    for (const PlannedCell* planned : work.cells)
      if (planned->goes_after_the_new) before.insert(new_place(*planned, work.partition));
    std::erase_if(before, [this](const Partition& one) {
      return std::ranges::find(waiting_, one, &Work::partition) == waiting_.end();
    });
    return before;
  }

  /// The first that may begin: its shard has room, and what is to be before it is over. Waits where there is none yet.
  std::optional<Work> next() {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
      const auto found = std::ranges::find_if(waiting_, [this](const Work& work) {
        return work.after.empty() && of_shard_[work.partition.shard].busy < at_once(total_);
      });
      if (found != waiting_.end()) {
        Work work = std::move(*found);
        waiting_.erase(found);
        ++of_shard_[work.partition.shard].busy;
        return work;
      }
      changed_.wait(lock);
    }
    return std::nullopt;
  }

  /// With the mutex held: nobody works on this partition any more, be it done or put back.
  void leave(const Partition& partition) {
    --of_shard_[partition.shard].busy;
    changed_.notify_all();
  }

  void worker() {
    while (auto work = next()) {
      const bool out_of_time =
          context_.options.run_timeout && steady_clock::now() - started_ > *context_.options.run_timeout;
      if (keeper_.stopping())
        report(*work, DayStatus::kCancelled, "stopped before this day was begun");
      else if (out_of_time)
        report(*work, DayStatus::kSkipped, "the run's time was up before this day was begun");
      else if (leave_out_unpublished(*work))
        report(
            *work, DayStatus::kSkipped,
            fmt::format("what moved from here stays: {} was not published", work->not_published.begin()->to_string()));
      else if (const auto why = resting(work->partition))
        report(*work, DayStatus::kSkipped, *why);
      else if (const auto paused = paused_because(context_.store, context_.clock.now()); !paused)
        report(*work, DayStatus::kFailed, paused.error().message);
      else if (*paused)
        report(*work, DayStatus::kSkipped, **paused);
      else
        attempt(std::move(*work));
    }
  }

  /// What moved from here stays where its new place failed. True where nothing is left to do.
  bool leave_out_unpublished(Work& work) const {
    const auto left_out = std::erase_if(work.cells, [&work](const PlannedCell* planned) {
      return planned->goes_after_the_new && work.not_published.contains(new_place(*planned, work.partition));
    });
    if (left_out > 0 && !work.cells.empty())
      spdlog::warn("run {}: {}: {} moved stay: {} was not published", context_.run_id, work.partition.to_string(),
                   counted(left_out, "cell that", "cells that"), work.not_published.begin()->to_string());
    return work.cells.empty();
  }

  static Partition new_place(const PlannedCell& planned, const Partition& old) {
    return {planned.facts.moved->to, old.day, old.bucket};
  }

  std::optional<std::string> resting(const Partition& partition) const {
    constexpr auto kRest = std::chrono::hours(24);
    const auto found = context_.failing.find(partition);
    if (!context_.options.rest_after_failures || found == context_.failing.end()) return std::nullopt;
    const FailingPartition& one = found->second;
    if (one.failures < kFailuresBeforeRest || context_.clock.now() >= one.last_at + kRest) return std::nullopt;
    return fmt::format("failed {} times in a row, the last time at {}: tried again after {}, or by gapless backfill",
                       one.failures, format_instant(one.last_at), format_instant(one.last_at + kRest));
  }

  void attempt(Work work) {
    MemoryShares& shares = context_.memory[work.partition.shard];
    const MemoryShares::Share memory = shares.take();
    if (!work.lease) {
      auto taken = keeper_.take(work.partition);
      if (!taken) return report(work, DayStatus::kFailed, taken.error().message);
      if (const auto* held = std::get_if<LeaseHeld>(&*taken)) return conflict(std::move(work), *held);
      work.lease = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(*taken));
    }
    const auto started = steady_clock::now();
    DayReport day{work.partition, DayStatus::kFailed, 0, {}, 0, ""};
    if (auto done = carry_out(work, memory.bytes, day); !done) {
      if (done.error().splittable() && shares.stop_sharing(memory)) return again_alone(std::move(work));
      if (!work.lease->is_sure() && !keeper_.stopping() && ++work.attempts < context_.options.retry.attempts)
        return again_with_a_new_lease(std::move(work), done.error());
      // A stop that nobody asked the run for is that of a lost lease.
      const bool stopped = done.error().fault == Fault::kCancelled;
      day.status = stopped && keeper_.stopping() ? DayStatus::kCancelled : DayStatus::kFailed;
      day.error = stopped && !keeper_.stopping()
                      ? fmt::format("the lease of {} was lost while it was being built: nothing was published",
                                    work.partition.to_string())
                      : done.error().message;
    }
    day.seconds = seconds_since(started);
    work.lease.reset();
    add(std::move(day));
    wait_unless_stopped(context_.options.pause_between_days / plan_.team_buckets.count(), context_.options.stop);
  }

  void again_alone(Work work) {
    spdlog::info("run {}: {} did not fit in its share of the memory; from now on one day at a time has all of it",
                 context_.run_id, work.partition.to_string());
    context_.teams_per_statement.reset();
    work.lease.reset();
    const std::lock_guard lock(mutex_);
    leave(work.partition);
    waiting_.push_front(std::move(work));
  }

  /// The store was away for longer than the lease lasted, or this process stood still. What was begun is resolved first,
  /// as if another run had left it.
  void again_with_a_new_lease(Work work, const Error& error) {
    spdlog::warn("run {}: {} is begun again with a new lease: {}", context_.run_id, work.partition.to_string(),
                 error.message);
    work.lease.reset();
    const std::lock_guard lock(mutex_);
    leave(work.partition);
    waiting_.push_back(std::move(work));
  }

  Status carry_out(const Work& work, std::uint64_t memory_limit_bytes, DayReport& day) {
    GAPLESS_ASSIGN(const bool was_finished, resolve_left_over(context_.warehouse, context_.store, work.partition,
                                                              context_.run_id, *work.lease, context_.options));
    GAPLESS_TRY(context_.warehouse.on_shard(work.partition.shard)
                    .check_partitioning({context_.options.statement_timeout, memory_limit_bytes, work.lease->stop()}));
    PartitionJob job(context_, work.partition, work.cells, *work.lease, memory_limit_bytes);
    auto done = job.execute(day, bytes_needed(work));
    if (!done) job.fail_step(done.error());
    if (done && was_finished && day.status == DayStatus::kUnchanged) {  // nothing came in since this run published it
      day.status = DayStatus::kPublished;
      day.cells = work.cells.size();
    }
    return done;
  }

  /// What the copies of as many partitions as are built at once may take, if all are like this one.
  std::uint64_t bytes_needed(const Work& work) const {
    std::uint64_t events = 0;
    for (const PlannedCell* planned : work.cells) events += planned->facts.day_events;
    const auto live = plan_.live_bytes.find(work.partition);
    return bytes_to_build(live == plan_.live_bytes.end() ? 0 : live->second, events) *
           at_once(of_shard_.at(work.partition.shard).partitions);
  }

  void conflict(Work work, const LeaseHeld& held) {
    if (context_.options.on_conflict == OnConflict::kSkip) return report(work, DayStatus::kSkipped, describe(held));
    if (work.held_by != held.holder)
      spdlog::info("run {}: {} is {}, waiting", context_.run_id, work.partition.to_string(), describe(held));
    const bool tried_before = !work.held_by.empty();
    work.held_by = held.holder;
    {
      const std::lock_guard lock(mutex_);
      leave(work.partition);
      waiting_.push_back(std::move(work));
    }
    if (tried_before)
      wait_unless_stopped(std::min<milliseconds>(context_.options.lease_ttl / 10, milliseconds(1000)),
                          context_.options.stop);
  }

  void report(const Work& work, DayStatus status, std::string why) {
    add({work.partition, status, 0, {}, 0, std::move(why)});
  }

  void add(DayReport day) {
    const std::lock_guard lock(mutex_);
    if (day.status == DayStatus::kPublished)
      spdlog::info("run {}: {} published: {}, {}, {:.2f} s", context_.run_id, day.partition.to_string(),
                   counted(day.cells, "cell", "cells"), counted(day.measures.view_events, "view event", "view events"),
                   day.seconds);
    else
      spdlog::log(day.status == DayStatus::kFailed ? spdlog::level::err : spdlog::level::info, "run {}: {} {}: {}",
                  context_.run_id, day.partition.to_string(), name(day.status), day.error);
    reports_.push_back(day);
    const bool is_there = day.status == DayStatus::kPublished || day.status == DayStatus::kUnchanged;
    for (Work& work : waiting_)
      if (work.after.erase(day.partition) > 0 && !is_there) work.not_published.insert(day.partition);
    leave(day.partition);
    if (context_.events.on_day) context_.events.on_day(day, reports_.size(), total_);
  }

  RunContext& context_;
  const Plan& plan_;
  LeaseKeeper keeper_;
  const steady_clock::time_point started_ = steady_clock::now();
  std::size_t total_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::map<std::uint32_t, OnShard> of_shard_;  ///< those that the run works on
  std::vector<DayReport> reports_;
};

namespace {

/// The run's status from its days'.
void conclude(RunReport& report) {
  std::size_t published = 0, unchanged = 0, skipped = 0, failed = 0, cancelled = 0;
  for (const DayReport& day : report.days) {
    published += day.status == DayStatus::kPublished;
    unchanged += day.status == DayStatus::kUnchanged;
    skipped += day.status == DayStatus::kSkipped;
    failed += day.status == DayStatus::kFailed;
    cancelled += day.status == DayStatus::kCancelled;
    report.cells_recomputed += day.cells;
    if (report.error.empty() && day.status == DayStatus::kFailed)
      report.error = fmt::format("{}: {}", day.partition.to_string(), day.error);
  }
  const std::size_t good = published + unchanged;
  if (cancelled > 0)
    report.status = RunStatus::kCancelled;
  else if (failed > 0)
    report.status = good > 0 ? RunStatus::kPartial : RunStatus::kFailed;
  else if (skipped > 0)
    report.status = good > 0 ? RunStatus::kPartial : RunStatus::kSkipped;
  else
    report.status = published > 0 ? RunStatus::kSucceeded : RunStatus::kNothingToDo;
  if (report.status == RunStatus::kNothingToDo && unchanged > 0)
    report.reason = "another run had recomputed it meanwhile";
  if (skipped > 0 && failed + cancelled == 0)
    for (const DayReport& day : report.days)
      if (report.reason.empty() && day.status == DayStatus::kSkipped)
        report.reason = fmt::format("{}: {}", day.partition.to_string(), day.error);
}

/// What each shard did, in the log and in the report, where there are several.
void share_out(const Plan& plan, RunReport& report) {
  if (plan.shards.count() == 1) return;
  report.shards.resize(plan.shards.count());
  for (const DayReport& day : report.days) {
    ShardShare& share = report.shards.at(day.partition.shard);
    share.partitions += day.status == DayStatus::kPublished ? 1 : 0;
    share.cells += day.cells;
    share.seconds += day.seconds;
  }
  std::string text;
  for (std::size_t shard = 0; shard < report.shards.size(); ++shard) {
    const ShardShare& share = report.shards[shard];
    text += fmt::format("{} shard {}: {}, {}, {:.2f} s", shard == 0 ? "" : ";", shard,
                        counted(share.partitions, "partition", "partitions"), counted(share.cells, "cell", "cells"),
                        share.seconds);
  }
  spdlog::info("run {}: done on{}", report.run_id, text);
}

/// Why a plan may not be carried out as it is: the blast radius.
std::optional<std::string> refusal(const Plan& plan, const ExecutorOptions& options) {
  if (options.allow_shrink) return std::nullopt;
  const auto shrinking = shrinking_cells(plan, options.max_shrink_percent);
  if (shrinking.empty()) return std::nullopt;
  std::vector<std::string> named;
  for (std::size_t i = 0; i < std::min<std::size_t>(shrinking.size(), 10); ++i)
    named.push_back(fmt::format("team {} on {}", shrinking[i].team.value(), shrinking[i].day.to_string()));
  return fmt::format(
      "{} cells would lose more than half of their view events or all ({}{}): nothing was published. If the source is"
      " right, run again with --allow-shrink",
      shrinking.size(), fmt::join(named, ", "), shrinking.size() > named.size() ? ", …" : "");
}

}  // namespace

Executor::Executor(Warehouse& warehouse, StateStore& store, const Clock& clock, const Definition& definition)
    : warehouse_(warehouse), store_(store), clock_(clock), definition_(definition) {}

Result<RunRecord> Executor::begin(const RunIdentity& identity, DayRange window) {
  RunRecord record;
  record.id = identity.run_id;
  record.job = identity.job;
  record.trigger = identity.trigger;
  record.host = host_name();
  record.pid = getpid();
  record.window = window.to_string();
  record.started_at = clock_.now();
  GAPLESS_TRY(store_.begin_run(record));
  kill_point("run.begun");
  return record;
}

Result<RunReport> Executor::end(RunRecord record, RunReport report) {
  record.status = report.status;
  record.cells_recomputed = report.cells_recomputed;
  record.finished_at = clock_.now();
  record.error = report.error;
  record.reason = report.reason;
  kill_point("run.before_closing");
  GAPLESS_TRY(store_.update_run(record));
  return report;
}

Result<RunReport> Executor::close(RunRecord begun, DayRange window, RunStatus status, std::string why) {
  RunReport report{begun.id, begun.job, status, window, {}, 0, 0, "", ""};
  spdlog::info("run {} ended before it began to work: {}", report.run_id, name(status));  // the caller says why
  const bool is_error = status == RunStatus::kFailed || status == RunStatus::kCancelled;
  (is_error ? report.error : report.reason) = std::move(why);
  return end(std::move(begun), std::move(report));
}

Result<RunReport> Executor::carry_out(RunRecord record, const Plan& plan, const ExecutorOptions& options,
                                      const RunEvents& events) {
  const auto started = steady_clock::now();
  record.teams = plan.teams.size();
  record.cells_planned = plan.cells_due();
  record.cells_by_state = plan.work_by_state();
  const auto store_id = store_.store_id();
  const auto failed = store_.failing_partitions();
  const auto uuid = record.cells_planned == 0
                        ? Result<std::string>()
                        : claim_shards(warehouse_, {options.statement_timeout, options.memory_limit_bytes, {}});
  if (const Status updated = store_.update_run(record); !updated || !store_id || !failed || !uuid) {
    const Error& error = !updated    ? updated.error()
                         : !store_id ? store_id.error()
                         : !failed   ? failed.error()
                                     : uuid.error();
    return close(std::move(record), plan.window, RunStatus::kFailed, error.message);
  }
  spdlog::info("run {} started: job {}, {}, {}, {}", record.id, record.job, record.window,
               counted(record.teams, "team", "teams"), plan.work_in_words());
  if (events.on_start) events.on_start(record, plan);

  RunReport report{record.id, record.job, RunStatus::kFailed, plan.window, {}, 0, 0, "", plan.why_nothing()};
  if (auto why_not = refusal(plan, options)) {
    report.error = *why_not;
  } else {
    TeamsPerStatement teams_per_statement;
    std::deque<MemoryShares> memory;  // they do not move
    while (memory.size() < plan.shards.count())
      memory.emplace_back(options.memory_limit_bytes, std::max<std::size_t>(1, options.max_concurrent));
    std::atomic<std::size_t> targets_at_once{options.targets_at_once};
    RunContext context{warehouse_,
                       store_,
                       clock_,
                       definition_,
                       options,
                       events,
                       record.id,
                       *store_id,
                       *uuid,
                       plan.source_version,
                       teams_per_statement,
                       memory,
                       targets_at_once,
                       {}};
    for (const FailingPartition& one : *failed) context.failing.emplace(one.partition, one);
    Run run(context, plan, options.stop);
    Status may_begin;
    if (options.on_conflict == OnConflict::kFail) may_begin = run.take_all();
    if (may_begin) {
      run.work_off();
      report.days = std::move(run).reports();
      conclude(report);
      share_out(plan, report);
    } else {
      report.status = may_begin.error().fault == Fault::kConflict ? RunStatus::kSkipped : RunStatus::kFailed;
      report.error = may_begin.error().message;
    }
  }
  report.seconds = seconds_since(started);
  spdlog::log(report.error.empty() ? spdlog::level::info : spdlog::level::err,
              "run {} ended: {}, {} recomputed in {:.2f} s{}{}", record.id, name(report.status),
              counted(report.cells_recomputed, "cell", "cells"), report.seconds, report.error.empty() ? "" : ": ",
              report.error);
  return end(std::move(record), std::move(report));
}

Result<RunReport> Executor::run(const Plan& plan, const RunIdentity& identity, const ExecutorOptions& options,
                                const RunEvents& events) {
  GAPLESS_ASSIGN(RunRecord begun, begin(identity, plan.window));
  return carry_out(std::move(begun), plan, options, events);
}

}  // namespace gapless
