#include "api/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless::api {
namespace {

using testing::HasSubstr;

const Json kRunSchema = Json::parse(R"({
  "type": "object", "required": ["from"], "additionalProperties": false,
  "properties": {
    "from": {"type": "string", "format": "date"},
    "at": {"type": ["string", "null"], "format": "date-time"},
    "why": {"type": "string", "minLength": 2, "maxLength": 4},
    "on_conflict": {"enum": ["wait", "skip"]},
    "attempts": {"type": "integer", "minimum": 1, "maximum": 9},
    "share": {"type": "number", "minimum": 0.5},
    "force": {"type": "boolean"},
    "teams": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}
  }})");

TEST(Schema, accepts_what_fits) {
  ASSERT_TRUE(check_schema(kRunSchema));
  for (const char* good :
       {R"({"from":"2026-03-01"})", R"({"from":"2026-03-01","at":null})",
        R"({"from":"0001-12-31","attempts":3.0,"teams":[2.0]})", R"({"from":"9999-12-31"})",
        R"({"from":"2026-03-01","at":"2026-03-01T12:00:00Z","why":"äöüß","on_conflict":"skip","attempts":9,
            "share":1,"force":true,"teams":[1,2,3]})"}) {
    const auto fits = check_value(kRunSchema, Json::parse(good), "the body");
    EXPECT_TRUE(fits) << good << fits.error().message;
  }
}

TEST(Schema, names_what_does_not_fit) {
  const struct {
    const char* members;
    const char* message;
  } cases[] = {
      {R"("teams":[1])", R"(the body must have the member "from")"},
      {R"("from":"2026-02-30")", R"(the member "from" of the body must be a date, as 2026-03-01; it is "2026-02-30")"},
      {R"("from":"2026-3-01")", "must be a date"},
      {R"("from":"abcd-03-01")", "must be a date"},
      {R"("from":"2026-00-01")", "must be a date"},
      {R"("from":"2026-03-01","attempts":1e300)", "must be of type integer"},
      {R"("from":20260301)", R"(the member "from" of the body must be of type string; it is 20260301)"},
      {R"("from":"2026-03-01","at":"noon")", R"(must be a time, as 2026-03-01T12:00:00Z; it is "noon")"},
      {R"("from":"2026-03-01","at":7)", "must be of type string or null; it is 7"},
      {R"("from":"2026-03-01","why":"x")", "must be 2 characters long or longer"},
      {R"("from":"2026-03-01","why":"xxxxx")", "must be 4 characters long at most"},
      {R"("from":"2026-03-01","on_conflict":"stop")", R"(must be one of "wait", "skip"; it is "stop")"},
      {R"("from":"2026-03-01","attempts":0)", "must be 1 or more; it is 0"},
      {R"("from":"2026-03-01","attempts":10)", "must be 9 or less; it is 10"},
      {R"("from":"2026-03-01","attempts":1.5)", "must be of type integer; it is 1.5"},
      {R"("from":"2026-03-01","share":0.1)", "must be 0.5 or more; it is 0.1"},
      {R"("from":"2026-03-01","force":"yes")", R"(must be of type boolean; it is "yes")"},
      {R"("from":"2026-03-01","teams":[])", "must be a list of 1 or more; it is []"},
      {R"("from":"2026-03-01","teams":[1,2,3,4])", "must be a list of 3 at most"},
      {R"("from":"2026-03-01","teams":[1,"2"])", R"(item 2 of the member "teams" of the body must be of type integer)"},
      {R"("from":"2026-03-01","team":1)",
       R"(the body has a member "team", which is not known; known are: from, at, why)"},
  };
  for (const auto& one : cases) {
    const auto fits = check_value(kRunSchema, Json::parse("{" + std::string(one.members) + "}"), "the body");
    ASSERT_FALSE(fits) << one.members;
    EXPECT_EQ(fits.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(fits.error().message, HasSubstr(one.message));
  }
}

TEST(Schema, does_not_promise_what_it_does_not_check) {
  for (const char* bad :
       {R"({"pattern":"^a"})", R"({"type":"text"})", R"({"format":"email"})", R"({"additionalProperties":true})",
        R"({"properties":{"a":{"oneOf":[]}}})", R"({"items":{"multipleOf":2}})", "[]"}) {
    const auto fits = check_schema(Json::parse(bad));
    ASSERT_FALSE(fits) << bad;
    EXPECT_EQ(fits.error().fault, Fault::kInternal);
  }
}

TEST(Schema, reads_parameters_as_their_type) {
  EXPECT_EQ(*parse_text({{"type", "integer"}}, "-12", "'x'"), -12);
  EXPECT_EQ(*parse_text({{"type", "number"}}, "0.25", "'x'"), 0.25);
  EXPECT_EQ(*parse_text({{"type", "boolean"}}, "true", "'x'"), true);
  EXPECT_EQ(*parse_text({{"type", "string"}}, "12", "'x'"), "12");
  const Json numbers = {{"type", "array"}, {"items", {{"type", "integer"}}}, {"maxItems", 3}};
  EXPECT_EQ(*parse_text(numbers, "1,22,3", "'x'"), Json({1, 22, 3}));
  EXPECT_THAT(parse_text(numbers, "1,,3", "'x'").error().message, HasSubstr("item 2 of 'x' must be an integer"));
  EXPECT_THAT(parse_text(numbers, "1,2,3,4", "'x'").error().message, HasSubstr("3 at most"));
  const struct {
    const char* type;
    const char* text;
  } bad[] = {
      {"integer", ""},   {"integer", "1.0"}, {"integer", "+1"}, {"integer", " 1"},  {"integer", "99999999999999999999"},
      {"number", "nan"}, {"number", "inf"},  {"number", "1,5"}, {"boolean", "yes"}, {"boolean", ""}};
  for (const auto& one : bad) {
    const auto value = parse_text({{"type", one.type}}, one.text, "the query parameter 'x'");
    ASSERT_FALSE(value) << one.type << " " << one.text;
    EXPECT_THAT(value.error().message, HasSubstr("the query parameter 'x' must be"));
    EXPECT_THAT(value.error().message, HasSubstr(Json(one.text).dump()));
  }
}

TEST(Schema, reads_a_body_that_is_one_object_or_nothing) {
  EXPECT_EQ(*parse_body(" {} \r\n"), Json::object());
  EXPECT_EQ((*parse_body(R"({"a":[{"b":1},{"b":2}],"b":3})"))["b"], 3);
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const struct {
    std::string text;
    const char* message;
  } bad[] = {{"[]", "one JSON object"},
             {"1", "one JSON object"},
             {"null", "one JSON object"},
             {"{", "one JSON object"},
             {"{} {}", "one JSON object"},
             {"{\"a\":\"\xff\"}", "one JSON object"},
             {R"({"a":1,"a":2})", R"(the member "a" twice)"},
             {R"({"x":{"a":1,"b":0,"a":2}})", R"(the member "a" twice)"},
             {R"({"a":)" + deep + "}", "nested"},
             {std::string(500'000, '['), "nested"}};
  for (const auto& one : bad) {
    const auto body = parse_body(one.text);
    ASSERT_FALSE(body) << one.text.substr(0, 80);
    EXPECT_THAT(body.error().message, HasSubstr(one.message));
  }
}

}  // namespace
}  // namespace gapless::api
