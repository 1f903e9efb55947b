#include "engine/http/server_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/http/server_version.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::Not;

struct GoodUrl {
  const char* given;
  const char* text;
  bool loopback;
};

TEST(ServerUrl, IsWhereAServerMayBe) {
  for (const auto& [given, text, loopback] : {
           GoodUrl{"http://localhost:8123", "http://localhost:8123", true},
           GoodUrl{"http://127.0.0.1:8123/", "http://127.0.0.1:8123", true},
           GoodUrl{"http://[::1]:8123", "http://[::1]:8123", true},
           GoodUrl{"https://ch.example.com", "https://ch.example.com", false},
           GoodUrl{"https://ch.example.com:8443/proxy/ch/", "https://ch.example.com:8443/proxy/ch", false},
       }) {
    const auto url = ServerUrl::parse(given);
    ASSERT_TRUE(url) << given << ": " << url.error().message;
    EXPECT_EQ(url->text(), text);
    EXPECT_EQ(url->is_loopback(), loopback) << given;
  }
}

TEST(ServerUrl, IsNothingElse) {
  for (const char* given : {"", "ch.example.com:8123", "ftp://ch.example.com", "http://", "http://ch:8123/?database=x",
                            "http://ch:8123/#x", "http://ch:port"}) {
    const auto url = ServerUrl::parse(given);
    ASSERT_FALSE(url) << given;
    EXPECT_EQ(url.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(url.error().message, HasSubstr(std::string("'") + given + "'"));
  }
}

TEST(ServerUrl, HoldsNoPasswordAndRepeatsNone) {
  for (const char* given : {"https://me:s3cr3t@ch:8443", "https://me@ch", "s3cr3t@"}) {
    const auto url = ServerUrl::parse(given);
    ASSERT_FALSE(url) << given;
    EXPECT_EQ(url.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(url.error().message, Not(HasSubstr("s3cr3t")));
  }
}

TEST(ServerVersion, IsOrderedByYearAndMonth) {
  EXPECT_GE(ServerVersion::parse("23.8.16.16").value(), kOldestServer);
  EXPECT_GE(ServerVersion::parse("26.1").value(), kOldestServer);
  EXPECT_GE(ServerVersion::parse("23.10.1.1-altinity").value(), kOldestServer);
  EXPECT_LT(ServerVersion::parse("23.7.9.9").value(), kOldestServer);
  EXPECT_LT(ServerVersion::parse("18.16.1").value(), kOldestServer);
}

TEST(ServerVersion, IsTwoNumbersAtLeast) {
  for (const char* text : {"", "23", "23.", ".8", "v23.8", "23-8", "23.8x"})
    EXPECT_EQ(ServerVersion::parse(text).error().fault, Fault::kCorrupt) << text;
}

}  // namespace
}  // namespace gapless
