#include "engine/chdb/data_directory.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "support/chdb_directory.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_support::ChdbDirectory;

/// What chDB does to a directory while it runs: a lock on its status file.
class Occupied {
 public:
  Occupied(const std::filesystem::path& directory, const std::string& status) {
    std::ofstream(directory / "status") << status;
    fd_ = open((directory / "status").c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(flock(fd_, LOCK_EX | LOCK_NB), 0);
  }
  ~Occupied() { close(fd_); }
  Occupied(const Occupied&) = delete;
  Occupied& operator=(const Occupied&) = delete;

 private:
  int fd_ = -1;
};

TEST(DataDirectory, IsMadeWithItsParents) {
  const ChdbDirectory temporary;
  const auto made = prepare_data_directory(temporary.path() / "a" / "b");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(std::filesystem::is_directory(*made));
  EXPECT_EQ(prepare_data_directory(*made).value(), *made) << "and may be there already";
}

TEST(DataDirectory, IsAbsoluteAndPlain) {
  const ChdbDirectory temporary;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(temporary.path());
  const auto made = prepare_data_directory("./x/../data");
  std::filesystem::current_path(before);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->string(), (std::filesystem::canonical(temporary.path()) / "data").string());
}

TEST(DataDirectory, OfNoNameIsAnError) {
  const auto made = prepare_data_directory("");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kInvalidInput);
}

TEST(DataDirectory, IsNoFile) {
  const ChdbDirectory temporary;
  std::ofstream(temporary.path() / "file") << "x";
  const auto file = prepare_data_directory(temporary.path() / "file");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(file.error().message,
              AllOf(HasSubstr((temporary.path() / "file").string()), HasSubstr("not a directory")));
  const auto below = prepare_data_directory(temporary.path() / "file" / "below");
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(below.error().message, AllOf(HasSubstr("file/below cannot be made"), HasSubstr("Not a directory")));
}

TEST(DataDirectory, MustBeWritable) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const ChdbDirectory temporary;
  std::filesystem::permissions(temporary.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto itself = prepare_data_directory(temporary.path());
  const auto below = prepare_data_directory(temporary.path() / "below");
  std::filesystem::permissions(temporary.path(), std::filesystem::perms::owner_all);
  ASSERT_FALSE(itself);
  EXPECT_EQ(itself.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(itself.error().message, AllOf(HasSubstr("cannot be written by user"), HasSubstr("Permission denied")));
  ASSERT_FALSE(below);
  EXPECT_THAT(below.error().message, AllOf(HasSubstr("cannot be made"), HasSubstr("Permission denied")));
}

TEST(DataDirectory, InUseNamesTheProcess) {
  const ChdbDirectory temporary;
  constexpr const char* kNobody = "4194304";  // above the highest there is
  const Occupied occupied(temporary.path(), "PID: " + std::string(kNobody) + "\nStarted at: 2026-03-01 00:00:00\n");
  const auto used = prepare_data_directory(temporary.path());
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().fault, Fault::kConflict);
  EXPECT_EQ(used.error().message, "data directory " + temporary.path().string() + " is in use by process " + kNobody +
                                      ": wait for it or stop it, or name another directory");
}

TEST(DataDirectory, InUseByThisProcessSaysSo) {
  const ChdbDirectory temporary;
  const Occupied occupied(temporary.path(), "PID: " + std::to_string(getpid()) + "\n");
  EXPECT_THAT(prepare_data_directory(temporary.path()).error().message,
              HasSubstr("process " + std::to_string(getpid()) + " (this one)"));
}

TEST(DataDirectory, InUseNamesTheProgramToo) {
  const ChdbDirectory temporary;
  const Occupied occupied(temporary.path(), "PID: " + std::to_string(getppid()) + "\n");
  EXPECT_THAT(prepare_data_directory(temporary.path()).error().message,
              testing::ContainsRegex("process " + std::to_string(getppid()) + " \\([^)]+\\): wait"));
}

TEST(DataDirectory, InUseByAProcessThatHasNotWrittenItsNumberYet) {
  const ChdbDirectory temporary;
  for (const char* status : {"", "PID", "PID: ", "something else"}) {
    const Occupied occupied(temporary.path(), status);
    const auto used = data_directory_in_use(temporary.path());
    ASSERT_TRUE(used) << status;
    EXPECT_THAT(used->message, HasSubstr("in use by another process"));
  }
}

TEST(DataDirectory, IsFreeOnceItsProcessIsGone) {
  const ChdbDirectory temporary;
  { const Occupied occupied(temporary.path(), "PID: 4242\n"); }
  EXPECT_FALSE(data_directory_in_use(temporary.path()));
  EXPECT_TRUE(prepare_data_directory(temporary.path()));
  EXPECT_FALSE(data_directory_in_use(temporary.path())) << "looking must not take it";
}

}  // namespace
}  // namespace gapless
