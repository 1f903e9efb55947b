// Any sequence of operations has the same results on every store.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <sstream>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;

/// One operation: which, and four small numbers that say on what.
struct Operation {
  std::size_t kind = 0;
  int a = 0;
  int b = 0;
  int c = 0;
  int d = 0;
};

/// One store and what its caller remembers.
struct Session {
  std::unique_ptr<StoreFixture> fixture;
  std::unique_ptr<StateStore> store = fixture->open();
  std::vector<Lease> taken{Lease{"web/0", "h0", 0, {}}};  // begins with one that was never taken
  const Lease& lease(int number) const { return taken[static_cast<std::size_t>(number) % taken.size()]; }
};

std::string id(const char* prefix, int number) { return fmt::format("{}{}", prefix, number % 2); }

Partition partition(int a, int b) {
  return Partition{a % 2 == 0 ? 0U : 1U, day("2026-03-01") + b % 2, b % 3 == 0 ? 1U : 0U};
}

/// Results as text. Instants of the store's clock as half hours from now, since clocks that run differ by a moment.
class Text {
 public:
  explicit Text(Instant now) : now_(now) {}
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  template <StoredRecord Record>
  std::string operator()(const Record& record) const {
    std::ostringstream out;
    out << record;
    return out.str();
  }
  std::string operator()(const Lease& lease) const {
    return fmt::format("lease {} {} {} {}", lease.resource, lease.holder, lease.fence, half_hours(lease.expires_at));
  }
  std::string operator()(const LeaseHeld& held) const {
    return fmt::format("held by {} {}", held.holder, half_hours(held.expires_at));
  }
  std::string operator()(const StateStore::Pause& pause) const {
    return fmt::format("pause {} {}", pause.reason, pause.until ? format_instant(*pause.until) : "");
  }
  template <class... Ts>
  std::string operator()(const std::variant<Ts...>& value) const {
    return std::visit(*this, value);
  }
  template <class T>
  std::string operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : "none";
  }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::string text;
    for (const T& value : values) text += (*this)(value) + "; ";
    return "[" + text + "]";
  }
  template <class T>
  std::string operator()(const Result<T>& result) const {
    if (!result) return fmt::format("{}: {}", name(result.error().fault), result.error().message);
    if constexpr (std::is_void_v<T>)
      return "done";
    else
      return (*this)(*result);
  }

 private:
  long half_hours(Instant instant) const {
    return std::lround((instant - now_) / std::chrono::duration<double>(30min));
  }
  Instant now_;
};

RunRecord run_of(const Operation& op) {
  constexpr std::array kStatuses{RunStatus::kRunning, RunStatus::kRunning, RunStatus::kSucceeded, RunStatus::kFailed};
  RunRecord run = some_run(id("r", op.a), at(op.b));
  run.status = kStatuses[static_cast<std::size_t>(op.c) % kStatuses.size()];
  run.cells_planned = static_cast<std::uint64_t>(op.d);
  if (op.d % 2 == 0) run.finished_at = at(op.d);
  return run;
}

StepRecord step_of(const Operation& op) {
  StepRecord step = some_step(id("r", op.a), "2026-03-01", op.d % 2 == 0 ? "build" : "copy", at(op.c));
  step.partition = partition(op.b, op.c);
  step.seconds = op.d / 4.0;
  return step;
}

JournalEntry entry_of(const Operation& op) {
  JournalEntry entry = some_entry(id("r", op.a), "2026-03-01", static_cast<std::uint64_t>(op.d));
  entry.rollup = op.b % 4 == 0 ? "other" : "web";
  entry.partition = partition(op.b, op.c);
  entry.phase = op.c % 2 == 0 ? JournalPhase::kBuilding : JournalPhase::kPublishing;
  return entry;
}

std::string take(Session& session, const Operation& op, const Text& text) {
  auto taken = session.store->take_lease(id("web/", op.a), id("h", op.b), (op.c % 3) * 1h);
  if (taken && std::holds_alternative<Lease>(*taken)) session.taken.push_back(std::get<Lease>(*taken));
  return text(taken);
}

struct Kind {
  const char* name;
  std::string (*apply)(Session&, const Operation&, const Text&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"begin_run",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->begin_run(run_of(op))); }},
      {"update_run",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->update_run(run_of(op))); }},
      {"run", [](Session& s, const Operation& op, const Text& text) { return text(s.store->run(id("r", op.a))); }},
      {"runs", [](Session& s, const Operation& op,
                  const Text& text) { return text(s.store->runs(static_cast<std::size_t>(op.a))); }},
      {"record_step",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->record_step(step_of(op))); }},
      {"steps", [](Session& s, const Operation& op, const Text& text) { return text(s.store->steps(id("r", op.a))); }},
      {"prune_runs",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->prune_runs(at(op.a))); }},
      {"request_cancel",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->request_cancel(id("r", op.a))); }},
      {"heartbeat",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->heartbeat(id("r", op.a))); }},
      {"take_lease", take},
      {"take_lease again", take},  // twice as often, so that leases collide
      {"renew_lease",
       [](Session& s, const Operation& op, const Text& text) {
         return text(s.store->renew_lease(s.lease(op.a + op.d), (op.c % 3) * 1h));
       }},
      {"release_lease", [](Session& s, const Operation& op,
                           const Text& text) { return text(s.store->release_lease(s.lease(op.a + op.d))); }},
      {"leases", [](Session& s, const Operation&, const Text& text) { return text(s.store->leases()); }},
      {"write_journal",
       [](Session& s, const Operation& op, const Text& text) { return text(s.store->write_journal(entry_of(op))); }},
      {"erase_journal",
       [](Session& s, const Operation& op, const Text& text) {
         const JournalEntry entry = entry_of(op);
         return text(s.store->erase_journal(entry.run_id, entry.rollup, entry.partition));
       }},
      {"journal", [](Session& s, const Operation&, const Text& text) { return text(s.store->journal()); }},
      {"set_pause",
       [](Session& s, const Operation& op, const Text& text) {
         return text(s.store->set_pause({id("reason", op.a), op.b % 3 == 0 ? std::nullopt : std::optional(at(op.c))}));
       }},
      {"clear_pause", [](Session& s, const Operation&, const Text& text) { return text(s.store->clear_pause()); }},
      {"pause", [](Session& s, const Operation& op, const Text& text) { return text(s.store->pause(at(op.a))); }},
      {"advance the clock",
       [](Session& s, const Operation& op, const Text&) {
         s.fixture->advance((op.a % 4) * 30min);
         return std::string("done");
       }},
  };
  return all;
}

void showValue(const Operation& op, std::ostream& out) {
  out << kinds()[op.kind].name << "(" << op.a << ", " << op.b << ", " << op.c << ", " << op.d << ")";
}

/// Evenly over the whole range; rapidcheck alone would take the small numbers first and the last ones hardly ever.
template <class T>
rc::Gen<T> any_below(T end) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(0, end));
}

rc::Gen<Operation> operation() {
  const auto small = any_below(12);
  return rc::gen::build<Operation>(rc::gen::set(&Operation::kind, any_below(kinds().size())),
                                   rc::gen::set(&Operation::a, small), rc::gen::set(&Operation::b, small),
                                   rc::gen::set(&Operation::c, small), rc::gen::set(&Operation::d, small));
}

std::string apply(Session& session, const Operation& op) {
  return kinds()[op.kind].apply(session, op, Text(session.fixture->now()));
}

TEST(StoreProperty, AnySequenceOfOperationsHasTheSameResultsOnEveryStore) {
  std::map<std::string, int> seen;  // what came to pass at all
  int cases = 0;
  const bool same = rc::check("all stores agree", [&] {
    constexpr int kOneOf = 5;  // a store that is reached by round trips has its turn less often
    const std::size_t count = cases++ % kOneOf == 0 ? lasting_stores().size() : 1;
    Session memory{kMemory.make()};
    std::vector<Session> others;
    for (std::size_t i = 0; i < count; ++i) others.push_back({lasting_stores()[i].make()});
    for (const Operation& op : *rc::gen::scale(3.0, rc::gen::container<std::vector<Operation>>(operation()))) {
      const std::string expected = apply(memory, op);
      for (Session& other : others) RC_ASSERT(apply(other, op) == expected);
      ++seen[std::string(kinds()[op.kind].name) + " " + expected.substr(0, expected.find_first_of(" :"))];
    }
  });
  EXPECT_TRUE(same);
  for (const char* outcome :
       {"begin_run done",      "begin_run internal",    "update_run done",   "update_run internal",
        "record_step done",    "record_step internal",  "prune_runs 0",      "prune_runs 1",
        "request_cancel true", "request_cancel false",  "heartbeat true",    "take_lease lease",
        "take_lease held",     "renew_lease true",      "renew_lease false", "leases [lease",
        "leases []",           "steps [step",           "journal [journal",  "pause pause",
        "pause none",          "advance the clock done"}) {
    EXPECT_GT(seen[outcome], 0) << "never seen: " << outcome;
  }
}

}  // namespace
}  // namespace gapless::contract
