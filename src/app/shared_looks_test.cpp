#include "app/shared_looks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace gapless {
namespace {

TEST(SharedLooks, answers_each_question_with_its_own_look) {
  SharedLooks looks;
  EXPECT_EQ(**looks.ask("status", [] { return Result<std::string>("a"); }, {}), "a");
  EXPECT_EQ(**looks.ask("plan", [] { return Result<std::string>("b"); }, {}), "b");
  EXPECT_EQ(**looks.ask("status", [] { return Result<std::string>("c"); }, {}), "c") << "nothing is kept";
}

TEST(SharedLooks, makes_one_look_for_all_who_come_while_another_is_under_way) {
  SharedLooks looks;
  std::atomic<int> made = 0;
  std::latch first_has_begun(1), first_may_end(1);
  std::jthread first([&] {
    const auto answer = looks.ask("status",
                                  [&]() -> Result<std::string> {
                                    first_has_begun.count_down();
                                    first_may_end.wait();
                                    return std::to_string(++made);
                                  },
                                  {});
    EXPECT_EQ(**answer, "1");
  });
  first_has_begun.wait();
  constexpr std::size_t kOthers = 20;
  std::vector<std::jthread> others;
  for (std::size_t i = 0; i < kOthers; ++i)
    others.emplace_back([&] {
      const auto answer = looks.ask("status", [&] { return Result<std::string>(std::to_string(++made)); }, {});
      EXPECT_EQ(**answer, "2") << "the first look had begun before the question";
    });
  while (looks.asking() <= kOthers) std::this_thread::yield();
  first_may_end.count_down();
  others.clear();
  EXPECT_EQ(made, 2);
  EXPECT_EQ(looks.asking(), 0U);
}

TEST(SharedLooks, shares_errors_and_keeps_none) {
  SharedLooks looks;
  const auto failed =
      looks.ask("status", [] { return Result<std::string>(fail(Fault::kUnavailable, "engine down")); }, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "engine down");
  EXPECT_TRUE(looks.ask("status", [] { return Result<std::string>("up"); }, {}));
}

TEST(SharedLooks, tells_whoever_asks_where_a_look_throws) {
  SharedLooks looks;
  const auto failed = looks.ask("status", []() -> Result<std::string> { throw std::runtime_error("no memory"); }, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "the look failed: no memory");
  EXPECT_EQ(looks.asking(), 0U);
  EXPECT_TRUE(looks.ask("status", [] { return Result<std::string>("up"); }, {}));
}

TEST(SharedLooks, lets_a_stopped_one_go_and_the_others_on) {
  SharedLooks looks;
  std::latch begun(1), may_end(1), is_gone(1);
  std::jthread first([&] {
    EXPECT_TRUE(looks.ask("status",
                          [&]() -> Result<std::string> {
                            begun.count_down();
                            may_end.wait();
                            return "first";
                          },
                          {}));
  });
  begun.wait();
  std::stop_source stop;
  std::jthread waiting([&] {
    const auto answer = looks.ask(
        "status", [] { return Result<std::string>("never"); }, stop.get_token());
    EXPECT_EQ(answer.error().fault, Fault::kCancelled);
    is_gone.count_down();
  });
  while (looks.asking() < 2) std::this_thread::yield();
  stop.request_stop();
  is_gone.wait();
  may_end.count_down();
  first.join();
  EXPECT_EQ(**looks.ask("status", [] { return Result<std::string>("later"); }, {}), "later");
}

}  // namespace
}  // namespace gapless
