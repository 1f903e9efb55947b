// A session that viewed very many pages, such as a crawler's, is no memory hog: no step repeats its views for each view.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "embedded/embedded.h"

namespace gapless::test {
namespace {

constexpr std::uint64_t kPages = 8000;
/// Its views repeated for each of them would need a gigabyte.
constexpr std::uint64_t kMemory = 100'000'000;

std::string crawl() {
  std::string text;
  for (std::uint64_t number = 0; number < kPages; ++number) {
    const std::uint64_t second = number * 10;  // 22 hours of 2026-03-02
    text += fmt::format(
        R"({{"team_id":1,"event":"$pageview","timestamp":"2026-03-02 {:02}:{:02}:{:02}","session_id":"crawl",)"
        R"("uuid":"00000000-0000-0000-0000-{:012}","person_id":"00000000-0000-0000-0000-000000000001",)"
        R"("pathname":"/articles/{}"}})"
        "\n",
        second / 3600, second / 60 % 60, second % 60, number, number);
  }
  return text;
}

TEST(LongSession, IsBuiltWithinALittleMemory) {
  Embedded& product = embedded();
  product.reset();
  product.load(crawl());
  const Day day = *Day::parse("2026-03-02", "test");
  const RunReport report = product.run(product.plan({day, day}), kMemory);
  ASSERT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  const auto number = [&](const std::string& of) { return product.number("SELECT " + of); };
  EXPECT_EQ(number("toUInt64(count()) AS n FROM gapless.web_pre_aggregated_stats"), kPages);
  EXPECT_EQ(number("sumMerge(pageviews_count_state) AS n FROM gapless.web_pre_aggregated_bounces"), kPages);
  const std::string pages = "FROM gapless.web_pre_aggregated_breakdowns WHERE dimension = 'pathname'";
  EXPECT_EQ(number("count() AS n " + pages), kPages);
  EXPECT_EQ(number("sumMerge(sessions_count_state) AS n " + pages), kPages);
  EXPECT_EQ(
      number("sumMerge(pageviews_count_state) AS n FROM gapless.web_pre_aggregated_breakdowns WHERE dimension = ''"),
      kPages);
}

}  // namespace
}  // namespace gapless::test
