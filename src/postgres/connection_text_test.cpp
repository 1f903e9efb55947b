#include "postgres/connection_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& given, const std::optional<std::string>& password = std::nullopt) {
  return connection_text({given, password, "a.setting"}, {{"connect_timeout", "10"}}).value();
}

TEST(ConnectionText, reads_urls_and_pairs) {
  const char* expected =
      "client_encoding='UTF8' connect_timeout='10' dbname='posthog' fallback_application_name='gapless' host='db' "
      "port='5433' user='reader'";
  EXPECT_EQ(text_of("postgresql://reader@db:5433/posthog"), expected);
  EXPECT_EQ(text_of("host=db port=5433 dbname=posthog user=reader"), expected);
}

TEST(ConnectionText, keeps_what_was_given) {
  EXPECT_THAT(text_of("postgresql://db/x?connect_timeout=3&sslmode=require"), HasSubstr("connect_timeout='3'"));
  EXPECT_THAT(text_of("postgresql://u:se%40cret@db/x"), HasSubstr("password='se@cret'"));
}

TEST(ConnectionText, takes_a_password_from_elsewhere_whatever_is_in_it) {
  EXPECT_THAT(text_of("host=db password=old", "it's \\ new host=evil"),
              HasSubstr(R"(password='it\'s \\ new host=evil')"));
}

TEST(ConnectionText, does_not_show_what_cannot_be_read) {
  for (const char* bad : {"host=db password='secret", "password secret", "postgresql://u:secret@db:5432:1/x?secret",
                          "postgresql://u:secret@[db/x", "sslmod=secret"}) {
    const auto text = connection_text({bad, std::nullopt, "a.setting"}, {});
    ASSERT_FALSE(text) << bad;
    EXPECT_THAT(text.error().message, HasSubstr("cannot read a.setting"));
    EXPECT_THAT(text.error().message, Not(HasSubstr("secret")));
  }
}

TEST(ShownPlace, says_where_it_leads_and_nothing_else) {
  const auto place = [](const char* given) { return shown_place({given, "secret", "a.setting"}); };
  EXPECT_EQ(place("postgresql://keeper:secret@db:5433/state?password=secret"), "db:5433/state");
  EXPECT_EQ(place("host=one,two dbname=state password=secret"), "one,two/state");
  EXPECT_EQ(place("hostaddr=10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(place("dbname=state"), "this machine/state");
  EXPECT_EQ(place("password='secret"), "this machine") << "libpq does not read it";
}

}  // namespace
}  // namespace gapless
