#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

using Align = TextTable::Align;

TEST(TextTable, lines_up_its_columns) {
  TextTable table({{"day"}, {"view events", Align::kRight}, {"error"}});
  table.add({"2026-03-01", "63,524", ""});
  table.add({"2026-03-02", "7", "no disk …\nleft"});
  EXPECT_EQ(table.render(Style::plain()),
            "day         view events  error\n"
            "2026-03-01       63,524\n"
            "2026-03-02            7  no disk … left\n");
}

TEST(TextTable, colours_do_not_move_its_columns) {
  TextTable table({{"a"}, {"b"}});
  table.add({{"x", Tone::kBad}, "y"});
  EXPECT_EQ(table.render(Style::coloured()), "\x1b[2ma\x1b[0m  \x1b[2mb\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
}

TEST(TextTable, has_a_header_without_rows) {
  TextTable table({{"a"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.render(Style::plain()), "a\n");
}

}  // namespace
}  // namespace gapless
