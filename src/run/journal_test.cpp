#include "run/journal.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

TEST(Publication, SurvivesTheJournalWithEveryFigure) {
  const Cell cell{*TeamId::from(9223372036854775807u, "test"), *Day::parse("2026-03-01", "test")};
  Publication publication;
  publication.targets[0] = {{true, {}, 0}};
  publication.targets[1] = {{false, {"20260301_1_1_0", "20260301_2_2_0"}, 17}};
  publication.definition_text = "rules: 1\nsource: `a`.`b`\n";
  LedgerRow row{cell,     Target::kBounces,
                "abcdef", {3, 18446744073709551615u},
                {2, 5},   {7, 7, 12345678901234567890u, {1, 2, 3, -4}},
                "run-1",  12,
                3,        Instant(std::chrono::microseconds(1772323200123456))};
  publication.ledger = {row, row};
  publication.ledger[1].target = Target::kStats;

  const auto read = decode_publication(encode(publication));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->definition_text, publication.definition_text);
  EXPECT_TRUE(read->targets[0]->drop);
  EXPECT_EQ(read->targets[1]->live_parts, publication.targets[1]->live_parts);
  EXPECT_EQ(read->targets[1]->staged_rows, 17u);
  EXPECT_EQ(targets_of(*read), (Targets{Target::kStats, Target::kBounces})) << "the third stays as it is";
  ASSERT_EQ(read->ledger.size(), 2u);
  const LedgerRow& back = read->ledger[0];
  EXPECT_EQ(back.cell, cell);
  EXPECT_EQ(back.target, Target::kBounces);
  EXPECT_EQ(back.window, row.window);
  EXPECT_EQ(back.owned, row.owned);
  EXPECT_EQ(back.content, row.content);
  EXPECT_EQ(back.run_id, row.run_id);
  EXPECT_EQ(back.fence, row.fence);
  EXPECT_EQ(back.sequence, row.sequence);
  EXPECT_EQ(back.published_at, row.published_at);
}

TEST(Publication, MayBeOfOneTarget) {
  Publication publication;
  publication.targets[2] = {{false, {"20260301_1_1_0"}, 3}};
  publication.team_buckets = 8;
  const auto read = decode_publication(encode(publication));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(targets_of(*read), Targets{Target::kBreakdowns});
  EXPECT_EQ(read->team_buckets, 8U);
}

TEST(Publication, IsReadAsItWasWrittenBeforeThereWereThree) {
  const auto read = decode_publication(R"({"version":1,"definition":"rules: 1\n","ledger":[],"targets":{)"
                                       R"("stats":{"drop":false,"live_parts":["20260301_1_1_0"],"staged_rows":2},)"
                                       R"("bounces":{"drop":true,"live_parts":[],"staged_rows":0}}})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(targets_of(*read), (Targets{Target::kStats, Target::kBounces}));
}

TEST(Publication, RefusesWhatItDidNotWrite) {
  for (const char* payload : {"", "{", "[]", "{}", R"({"version":1,"definition":"x","targets":{},"ledger":[]})",
                              R"({"version":1,"definition":"x","targets":{"others":{}},"ledger":[]})"}) {
    const auto read = decode_publication(payload);
    ASSERT_FALSE(read) << payload;
    EXPECT_EQ(read.error().fault, Fault::kCorrupt);
  }
}

}  // namespace
}  // namespace gapless
