// What every StateStore promises of the moments at which jobs are due, and of the definition that people agreed to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TickContract : public StoreTest {};

TEST_P(TickContract, IsTakenOnce) {
  EXPECT_THAT(store().ticks().value(), IsEmpty());
  EXPECT_TRUE(store().take_tick("daily", at(60), at(1000)).value());
  EXPECT_FALSE(store().take_tick("daily", at(60), at(1000)).value());
  EXPECT_TRUE(store().take_tick("intraday", at(60), at(1000)).value()) << "of another job";
  EXPECT_TRUE(store().take_tick("daily", at(120), at(1000)).value());
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(120), false}, Tick{"intraday", at(60), false}));
}

TEST_P(TickContract, IsNotTakenAfterALaterOne) {
  ASSERT_TRUE(store().take_tick("daily", at(120), at(1000)).value());
  EXPECT_FALSE(store().take_tick("daily", at(60), at(1000)).value());
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(120), false}));
}

TEST_P(TickContract, OfAClockThatWasWrongCountsForNothing) {
  ASSERT_TRUE(store().take_tick("daily", at(5000), at(9000)).value());
  EXPECT_FALSE(store().take_tick("daily", at(60), at(5000)).value());
  EXPECT_TRUE(store().take_tick("daily", at(60), at(4999)).value());
  EXPECT_FALSE(store().take_tick("daily", at(60), at(4999)).value());
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(60), false}));
}

TEST_P(TickContract, IsDoneUntilTheNextIsTaken) {
  ASSERT_TRUE(store().take_tick("daily", at(60), at(1000)).value());
  ASSERT_TRUE(store().finish_tick("daily", at(60)));
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(60), true}));
  EXPECT_FALSE(store().take_tick("daily", at(60), at(1000)).value()) << "done is not free";
  ASSERT_TRUE(store().take_tick("daily", at(120), at(1000)).value());
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(120), false}));
  ASSERT_TRUE(store().finish_tick("daily", at(60))) << "late";
  ASSERT_TRUE(store().finish_tick("unknown", at(60)));
  EXPECT_THAT(store().ticks().value(), ElementsAre(Tick{"daily", at(120), false}));
}

class ConsentContract : public StoreTest {};

TEST_P(ConsentContract, IsToTheLastDefinition) {
  EXPECT_EQ(store().accepted_definition().value(), std::nullopt);
  ASSERT_TRUE(store().accept_definition("abc"));
  EXPECT_EQ(store().accepted_definition().value(), "abc");
  ASSERT_TRUE(store().accept_definition("def"));
  ASSERT_TRUE(store().accept_definition("def"));
  EXPECT_EQ(store().accepted_definition().value(), "def");
}

INSTANTIATE_TEST_SUITE_P(Store, TickContract, testing::ValuesIn(every_store()), kCaseName);
INSTANTIATE_TEST_SUITE_P(Store, ConsentContract, testing::ValuesIn(every_store()), kCaseName);

}  // namespace
}  // namespace gapless::contract
