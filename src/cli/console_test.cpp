#include "cli/console.h"

#include <gtest/gtest.h>

#include "cli/memory_file.h"

namespace gapless {
namespace {

TEST(Console, shows_no_changing_line_without_a_terminal) {
  MemoryFile file;
  Console console(file.get(), {});
  console.show("3 of 5");
  console.line("a warning");
  EXPECT_EQ(file.content(), "a warning\n");
}

TEST(Console, writes_lines_above_the_changing_one) {
  MemoryFile file;
  {
    Console console(file.get(), {true, false, 80});
    console.show("3 of 5");
    console.line("a warning");
  }
  EXPECT_EQ(file.content(), "3 of 5\r\x1b[2Ka warning\n3 of 5\r\x1b[2K");
}

TEST(Console, cuts_the_changing_line_between_characters) {
  MemoryFile file;
  Console console(file.get(), {true, false, 4});
  console.show("█░a░░");
  EXPECT_EQ(file.content(), "█░a");
}

}  // namespace
}  // namespace gapless
