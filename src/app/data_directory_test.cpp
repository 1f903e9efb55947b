#include "app/data_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace gapless {
namespace {

using testing::HasSubstr;

class DataDirectoryTest : public testing::Test {
 protected:
  DataDirectoryTest() : root(std::filesystem::path(testing::TempDir()) / ("gapless_data_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(root);
  }
  ~DataDirectoryTest() override { std::filesystem::remove_all(root); }
  std::filesystem::path root;
};

TEST_F(DataDirectoryTest, is_made_for_the_user_alone) {
  const DataDirectory directory = DataDirectory::at(root / "a" / "b").value();
  ASSERT_TRUE(directory.make());
  struct stat found {};
  ASSERT_EQ(stat(directory.root.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0700U);
  EXPECT_TRUE(directory.make()) << "a second time";
}

TEST_F(DataDirectoryTest, is_an_absolute_path_without_a_slash_at_its_end) {
  EXPECT_EQ(DataDirectory::at((root / "x").string() + "/").value().root, root / "x");
  EXPECT_TRUE(DataDirectory::at("relative").value().root.is_absolute());
  EXPECT_EQ(DataDirectory::at(root / "x" / ".." / "y").value().store(), root / "y" / "state.sqlite");
}

TEST_F(DataDirectoryTest, cannot_be_a_file) {
  std::ofstream(root / "file") << "x";
  const Status made = DataDirectory::at(root / "file").value().make();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(made.error().message, HasSubstr("file is not a directory; name another with --data"));
  EXPECT_THAT(DataDirectory::at(root / "file" / "below").value().make().error().message,
              HasSubstr("name another with --data"));
}

TEST_F(DataDirectoryTest, tells_the_first_one_who_comes_in_that_nobody_else_is_there) {
  const DataDirectory directory{root};
  auto first = directory.come_in({}).value();
  EXPECT_TRUE(first.is_alone());
  std::stop_source impatient;
  impatient.request_stop();
  EXPECT_EQ(directory.come_in(impatient.get_token()).error().fault, Fault::kCancelled) << "until that one has settled";

  ASSERT_TRUE(first.settled());
  const auto second = directory.come_in({}).value();
  EXPECT_FALSE(second.is_alone());
  first = {};
  EXPECT_FALSE(directory.come_in({}).value().is_alone()) << "the second is still there";
}

TEST_F(DataDirectoryTest, is_left_by_whoever_closes_it) {
  const DataDirectory directory{root};
  { const auto gone = directory.come_in({}).value(); }
  EXPECT_TRUE(directory.come_in({}).value().is_alone());
}

TEST_F(DataDirectoryTest, must_be_writable) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::permissions(root, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(DataDirectory::at(root / "new").value().make().error().message,
              HasSubstr("cannot be made (Permission denied)"));
  EXPECT_THAT(DataDirectory::at(root).value().make().error().message, HasSubstr("cannot be written by user"));
  std::filesystem::permissions(root, std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace gapless
