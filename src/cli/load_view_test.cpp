#include "cli/load_view.h"

#include <gtest/gtest.h>

#include "cli/facts_test_support.h"

namespace gapless {
namespace {

LoadReport a_report() {
  LoadReport report;
  report.file.path = "access.log";
  report.file.format = LoadFormat::kAccessLog;
  report.file.lines = 1020;
  report.file.events = 1003;
  report.file.rejected = 7;
  report.file.skipped[static_cast<std::size_t>(SkipReason::kBot)] = 10;
  report.file.first_day = a_day("2026-03-01");
  report.file.last_day = a_day("2026-03-02");
  report.file.first_rejects = {{5, "no request"}};
  report.loaded = 1000;
  report.duplicates = 3;
  return report;
}

LoadedFile failed(const char* path) { return {path, fail(Fault::kInvalidInput, "cannot open it")}; }

TEST(LoadView, says_what_became_of_every_line) {
  EXPECT_EQ(loaded_file_text({"access.log", a_report()}, Style::plain()),
            "access.log  access-log, 1,020 lines\n"
            "  added 1,000 events of 2026-03-01 to 2026-03-02\n"
            "  left out 3 events that were there already\n"
            "  skipped 10 lines: bot 10\n"
            "  rejected 7 lines\n"
            "    line 5: no request\n"
            "    … (--rejects FILE keeps all of them)\n");
  EXPECT_EQ(loaded_file_text(failed("x"), Style::plain()), "");
}

TEST(LoadView, says_what_comes_next) {
  EXPECT_EQ(loaded_files_text({{"access.log", a_report()}, failed("x")}, 1.5, "gapless backfill"),
            "1,000 events from 1 file in 1.50 s\nnext: gapless backfill\n");
  EXPECT_EQ(loaded_files_text({failed("x")}, 1.5, ""), "");
}

TEST(LoadView, gives_programs_the_same) {
  const Json json = loaded_files_json({{"access.log", a_report()}, failed("x")});
  EXPECT_EQ(json.at("events"), 1000);
  ASSERT_EQ(json.at("files").size(), 2U);
  EXPECT_EQ(json.at("files")[0], (Json{{"path", "access.log"},
                                       {"format", "access-log"},
                                       {"lines", 1020},
                                       {"events", 1000},
                                       {"duplicates", 3},
                                       {"rejected", 7},
                                       {"skipped", {{"bot", 10}}},
                                       {"first_day", "2026-03-01"},
                                       {"last_day", "2026-03-02"},
                                       {"error", nullptr}}));
  EXPECT_EQ(json.at("files")[1].at("error"), "cannot open it");
  EXPECT_EQ(json.at("files")[1].at("events"), 0);
}

}  // namespace
}  // namespace gapless
