#include "cli/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "cli/json.h"
#include "cli/memory_file.h"

namespace gapless {
namespace {

class Log : public testing::Test {
 protected:
  ~Log() override { stop_logging(); }
  MemoryFile file;
  Console console{file.get(), {}};
  Settings settings;
};

TEST_F(Log, writes_time_level_and_message) {
  start_logging(console, settings);
  spdlog::info("run {} started", 7);
  spdlog::warn("slow");
  spdlog::debug("hidden");
  EXPECT_THAT(file.content(),
              testing::ContainsRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z info run 7 started\n[^ ]+ warn slow\n$"));
}

TEST_F(Log, writes_an_object_a_line) {
  settings.log_format = LogFormat::kJson;
  start_logging(console, settings);
  spdlog::error("a \"quoted\"\nfault");
  const Json line = Json::parse(file.content());
  EXPECT_EQ(line.at("level"), "error");
  EXPECT_EQ(line.at("message"), "a \"quoted\"\nfault");
  EXPECT_TRUE(parse_instant(line.at("time").get<std::string>(), "test"));
}

TEST_F(Log, shows_a_person_warnings_only_unless_more_was_asked_for) {
  EXPECT_EQ(effective_log_level(settings, true), LogLevel::kWarn);
  EXPECT_EQ(effective_log_level(settings, false), LogLevel::kInfo);
  settings.log_level_was_given = true;
  EXPECT_EQ(effective_log_level(settings, true), LogLevel::kInfo);
  settings.verbosity = Verbosity::kVerbose;
  EXPECT_EQ(effective_log_level(settings, false), LogLevel::kDebug);
  settings.verbosity = Verbosity::kQuiet;
  EXPECT_EQ(effective_log_level(settings, false), LogLevel::kError);
}

}  // namespace
}  // namespace gapless
