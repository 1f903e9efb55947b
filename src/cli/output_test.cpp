#include "cli/output.h"

#include <gtest/gtest.h>

#include "cli/memory_file.h"

namespace gapless {
namespace {

struct Streams {
  explicit Streams(Output::Options options = {}) : output(out.get(), console, options) {}
  MemoryFile out;
  MemoryFile err;
  Console console{err.get(), {}};
  Output output;
};

TEST(Output, gives_text_or_a_document_but_not_both) {
  Streams text;
  text.output.text("two cells\n");
  text.output.document({{"cells", 2}});
  EXPECT_TRUE(text.output.finish());
  EXPECT_EQ(text.out.content(), "two cells\n");

  Streams json({OutputFormat::kJson});
  json.output.text("two cells\n");
  json.output.document({{"cells", 2}});
  EXPECT_TRUE(json.output.finish());
  EXPECT_EQ(json.out.content(), "{\n  \"cells\": 2\n}\n");
}

TEST(Output, keeps_notes_off_standard_output) {
  Streams streams;
  streams.output.note("no events");
  streams.output.warning("a clock");
  EXPECT_EQ(streams.out.content(), "");
  EXPECT_EQ(streams.err.content(), "note: no events\nwarning: a clock\n");
}

TEST(Output, is_quiet_but_for_warnings) {
  Streams streams({OutputFormat::kText, Verbosity::kQuiet});
  streams.output.note("no events");
  streams.output.warning("a clock");
  EXPECT_EQ(streams.err.content(), "warning: a clock\n");
}

TEST(Output, says_that_it_could_not_be_written) {
  std::FILE* const full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  MemoryFile err;
  Console console(err.get(), {});
  Output output(full, console, {});
  output.text("lost");
  const Status finished = output.finish();
  std::fclose(full);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "standard output cannot be written: No space left on device");
  EXPECT_FALSE(output.broken_pipe());
}

TEST(Output, replaces_bytes_that_are_not_utf8) {
  Streams streams({OutputFormat::kJson});
  streams.output.document({{"error", "\xff"}});
  EXPECT_TRUE(streams.output.finish());
  EXPECT_EQ(streams.out.content(), "{\n  \"error\": \"\xEF\xBF\xBD\"\n}\n");
}

}  // namespace
}  // namespace gapless
