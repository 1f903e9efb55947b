// The property of the manual: over any closed range of days the rollup's view events add up to those of the source, and
// every event is owned exactly once. Looked for on small random streams full of midnights, gaps and ties.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "embedded/embedded.h"
#include "run/verification.h"

namespace gapless::test {
namespace {

struct RandomEvent {
  int team;
  int day;      ///< 0 … 4
  int moment;   ///< index into kMoments
  int session;  ///< 0: nameless
  int person;
  int kind;
};

/// Times of day where rules change their mind, in microseconds.
constexpr std::int64_t kMinute = 60'000'000;
constexpr std::array<std::int64_t, 10> kMoments = {0,
                                                   1,
                                                   30 * kMinute,
                                                   60 * kMinute,
                                                   12 * 60 * kMinute,
                                                   12 * 60 * kMinute + 30 * kMinute + 1,
                                                   12 * 60 * kMinute + 60 * kMinute,
                                                   23 * 60 * kMinute + 40 * kMinute,
                                                   1440 * kMinute - 1,
                                                   1440 * kMinute - 30 * kMinute};
constexpr std::array<const char*, 4> kKinds = {"$pageview", "$screen", "$autocapture", "purchase"};

std::string line_of(const RandomEvent& event, std::size_t number) {
  const std::int64_t micros = kMoments[static_cast<std::size_t>(event.moment)];
  return fmt::format(
      R"({{"team_id":{},"event":"{}","timestamp":"2026-03-{:02} {:02}:{:02}:{:02}.{:06}","uuid":"{:08x}-0000-0000-{:04x}-000000000000",)"
      R"("person_id":"00000000-0000-0000-0000-00000000000{}","session_id":"{}","pathname":"/{}"}})"
      "\n",
      event.team, kKinds[static_cast<std::size_t>(event.kind)], 2 + event.day, micros / (60 * kMinute),
      micros / kMinute % 60, micros / 1'000'000 % 60, micros % 1'000'000, number * 2654435761u % 0xffffffffu, number,
      event.person, event.session == 0 ? "" : std::string(1, static_cast<char>('a' + event.session)), number % 3);
}

/// Any number from 0 on below `end`, with equal chances: a plain inRange() prefers small ones in small tests.
rc::Gen<int> below(int end) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end)); }

rc::Gen<RandomEvent> any_event() {
  return rc::gen::build<RandomEvent>(
      rc::gen::set(&RandomEvent::team, rc::gen::element(1, 2)), rc::gen::set(&RandomEvent::day, below(5)),
      rc::gen::set(&RandomEvent::moment, below(static_cast<int>(kMoments.size()))),
      rc::gen::set(&RandomEvent::session, below(4)), rc::gen::set(&RandomEvent::person, rc::gen::element(1, 2, 3)),
      rc::gen::set(&RandomEvent::kind, below(static_cast<int>(kKinds.size()))));
}

const DayRange kWindow{*Day::parse("2026-03-01", "test"), *Day::parse("2026-03-07", "test")};

TEST(Lossless, ViewEventsAddUpAndEveryEventIsOwnedOnce) {
  Embedded& product = embedded();
  const auto holds = rc::check("the rollup loses and repeats nothing", [&] {
    const auto events = *rc::gen::resize(40, rc::gen::container<std::vector<RandomEvent>>(any_event()));
    product.reset();
    std::string text;
    for (std::size_t i = 0; i < events.size(); ++i) text += line_of(events[i], i);
    product.load(text);
    const RunReport report = product.backfill(kWindow);
    RC_ASSERT(report.error == "");
    const std::string views = "SELECT countIf(event IN ('$pageview', '$screen')) FROM gapless.events";
    RC_ASSERT(
        product.number(views) ==
        product.number("SELECT sum(finalizeAggregation(pageviews_count_state)) FROM gapless.web_pre_aggregated_stats"));
    RC_ASSERT(product.number(views) ==
              product.number(
                  "SELECT sum(finalizeAggregation(pageviews_count_state)) FROM gapless.web_pre_aggregated_bounces"));
    std::uint64_t owned = 0;
    for (Day day = kWindow.first; day <= kWindow.last; day = day + 1) {
      const auto cells = product.warehouse().owned_cells(day, {*TeamId::from(1, "test"), *TeamId::from(2, "test")}, {});
      RC_ASSERT(cells.has_value());
      for (const OwnedCell& cell : *cells) owned += cell.owned.events;
    }
    RC_ASSERT(owned == product.number("SELECT count() FROM gapless.events"));
    const Plan plan = product.plan(kWindow);
    RC_ASSERT(plan.cells_due() == 0u);
    ToVerify chosen = cells_to_verify(plan, {});  // a day of them, since each takes longer than all else here
    const Day day_to_verify = kWindow.first + 1 + *below(5);
    std::erase_if(chosen.cells, [&](const CellFacts& facts) { return facts.cell.day != day_to_verify; });
    const auto verified = verify(product.warehouse(), chosen.cells, {}, {});
    RC_ASSERT(verified.has_value());
    RC_ASSERT(verified->found.empty());
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace gapless::test
