#include "engine/http/query_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(QueryString, EncodesAllThatIsNotPlain) {
  QueryString query;
  query.add("a", "x-1_2.3~Z").add("b", "it's & \t100%+\xff").add("c", "");
  EXPECT_EQ(query.text(), "a=x-1_2.3~Z&b=it%27s%20%26%20%09100%25%2B%FF&c=");
}

TEST(StatementForm, HasItsTextInTheBodyAndItsValuesInTheUrl) {
  Statement statement("SELECT {x:String}, {n:UInt64}");
  statement.bind("x", "a\tb").bind("n", std::uint64_t{7});
  const HttpSettings settings = {{"query_id", "me"}};
  const StatementForm form = statement_form(statement, settings);
  EXPECT_EQ(form.query.text(), "query_id=me&param_x=a%5Ctb&param_n=7");
  EXPECT_EQ(form.body, "SELECT {x:String}, {n:UInt64}");
  EXPECT_EQ(form.content_type, "text/plain; charset=UTF-8");
}

TEST(StatementForm, HasLongValuesInTheBodyToo) {
  Statement statement("SELECT {x:String}, {n:UInt64}");
  const std::string text(200'000, 'x');
  statement.bind("x", text).bind("n", std::uint64_t{7});
  const HttpSettings settings = {{"query_id", "me"}};
  const StatementForm form = statement_form(statement, settings);
  EXPECT_EQ(form.query.text(), "query_id=me&param_n=7");
  EXPECT_THAT(form.content_type, StartsWith("multipart/form-data; boundary="));
  const std::string boundary = form.content_type.substr(form.content_type.find('=') + 1);
  EXPECT_EQ(form.body, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n" +
                           statement.text() + "\r\n--" + boundary +
                           "\r\nContent-Disposition: form-data; name=\"param_x\"\r\n\r\n" + text + "\r\n--" + boundary +
                           "--\r\n");
}

TEST(InsertQuery, HasItsTextInTheUrl) {
  Statement statement("INSERT INTO {t:Identifier} (a)");
  const HttpSettings settings = {{"query_id", "me"}};
  EXPECT_EQ(insert_query(statement.bind("t", "x"), "TSV", settings).text(),
            "query_id=me&param_t=x&query=INSERT%20INTO%20%7Bt%3AIdentifier%7D%20%28a%29%20FORMAT%20TSV");
}

}  // namespace
}  // namespace gapless
