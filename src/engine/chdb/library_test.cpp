#include "engine/chdb/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Sets or, without a value, removes an environment variable, and puts it back.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    assign(value);
  }
  ~Variable() { assign(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void assign(const char* value) { value == nullptr ? unsetenv(name_) : setenv(name_, value, 1); }
  const char* name_;
  std::optional<std::string> before_;
};

constexpr const char* kBelowCache = "/gapless/chdb-26.7.3-stable.1/libchdb.so";

TEST(ChdbLibrary, IsKeptInTheUsersCache) {
  const Variable home("HOME", "/home/somebody");
  {
    const Variable cache("XDG_CACHE_HOME", nullptr);
    EXPECT_EQ(ChdbLibrary::cached_file(), std::string("/home/somebody/.cache") + kBelowCache);
  }
  {
    const Variable cache("XDG_CACHE_HOME", "/var/cache/somebody");
    EXPECT_EQ(ChdbLibrary::cached_file(), std::string("/var/cache/somebody") + kBelowCache);
  }
  {
    const Variable cache("XDG_CACHE_HOME", "relative");
    EXPECT_EQ(ChdbLibrary::cached_file(), std::string("/home/somebody/.cache") + kBelowCache);
  }
}

TEST(ChdbLibrary, HasNoCacheWithoutAHome) {
  const Variable home("HOME", nullptr);
  const Variable cache("XDG_CACHE_HOME", nullptr);
  EXPECT_EQ(ChdbLibrary::cached_file(), "");
}

TEST(ChdbLibrary, ThatIsMissingSaysHowToGetIt) {
  const auto library = ChdbLibrary::load("/nowhere/libchdb.so");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().fault, Fault::kUnavailable);
  EXPECT_THAT(library.error().message, AllOf(HasSubstr("/nowhere/libchdb.so"), HasSubstr("GAPLESS_CHDB_LIBRARY")));
#if defined(__x86_64__)
  EXPECT_THAT(library.error().message, HasSubstr("tools/setup"));
#endif
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ChdbLibrary, ThatIsNoLibraryIsAnError) {
  const auto text = ChdbLibrary::load("/etc/passwd");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().fault, Fault::kUnavailable);
  EXPECT_THAT(text.error().message, AllOf(HasSubstr("/etc/passwd"), HasSubstr("GAPLESS_CHDB_LIBRARY")));
}

TEST(ChdbLibrary, ThatIsNowhereIsLookedForByTheLoader) {
  const Variable home("HOME", "/nowhere");
  const Variable cache("XDG_CACHE_HOME", nullptr);
  const auto library = ChdbLibrary::load("");
  if (library) GTEST_SKIP() << "the loader finds a libchdb.so";
  EXPECT_EQ(library.error().fault, Fault::kUnavailable);
  EXPECT_THAT(library.error().message, AllOf(HasSubstr("/nowhere/.cache"), HasSubstr("GAPLESS_CHDB_LIBRARY")));
}

TEST(ChdbLibrary, OfAnotherKindIsAnError) {
  const auto library = ChdbLibrary::load("/lib/x86_64-linux-gnu/libc.so.6");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().fault, Fault::kUnavailable);
}
#endif

}  // namespace
}  // namespace gapless
