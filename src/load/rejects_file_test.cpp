#include "load/rejects_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(RejectsFile, HoldsWhatWasWrittenThisTime) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("rejects", "from the last load\n");
  auto rejects = RejectsFile::create(path, {}, {});
  ASSERT_TRUE(rejects) << rejects.error().message;
  rejects->write(std::string_view("a\0b\r", 4));
  rejects->end_line();
  rejects->write("piece ");
  rejects->write("by piece");
  rejects->end_line();
  ASSERT_TRUE(rejects->flush());
  EXPECT_EQ(directory.read("rejects"), std::string("a\0b\r\npiece by piece\n", 20));
}

TEST(RejectsFile, NeverOverwritesAFileToLoad) {
  const TemporaryDirectory directory;
  const std::string log = directory.write("access.log", "precious\n");
  const std::vector<std::string> inputs{directory.path("other.log"), log};
  std::filesystem::create_symlink(log, directory.path("link"));
  for (const std::string& path : {log, directory.path("./access.log"), directory.path("link")}) {
    const auto rejects = RejectsFile::create(path, inputs, {});
    ASSERT_FALSE(rejects) << path;
    EXPECT_EQ(rejects.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(rejects.error().message, AllOf(HasSubstr(path), HasSubstr("is a file to load")));
    EXPECT_EQ(directory.read("access.log"), "precious\n");
  }
  EXPECT_TRUE(RejectsFile::create(directory.path("rejects"), inputs, {}));
}

TEST(RejectsFile, SaysWhyItCannotWrite) {
  const TemporaryDirectory directory;
  const auto rejects = RejectsFile::create(directory.path("no/such/folder"), {}, {});
  ASSERT_FALSE(rejects);
  EXPECT_EQ(rejects.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(rejects.error().message, AllOf(HasSubstr("no/such/folder"), HasSubstr("--rejects")));
  if (std::filesystem::exists("/dev/full")) {
    auto full = RejectsFile::create("/dev/full", {}, {});
    ASSERT_TRUE(full);
    full->write(std::string(1 << 20, 'x'));
    const auto flushed = full->flush();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().fault, Fault::kUnavailable);
  }
}

}  // namespace
}  // namespace gapless
