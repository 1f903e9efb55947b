#include "load/event_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <simdjson.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kUuid = "0f4b5c1a-2d3e-4f50-8192-a3b4c5d6e7f8";

Instant at(std::string_view text) { return parse_instant(text, "test").value(); }

/// The least that an event needs, with more keys put in.
std::string object(std::string_view more = "") {
  return fmt::format(R"({{"team_id": 7, "uuid": "{}", "timestamp": "2026-03-01 12:30:05.25"{}{}}})", kUuid,
                     more.empty() ? "" : ", ", more);
}

Event least_event() {
  Event event;
  event.team_id = 7;
  event.uuid = Uuid::parse(kUuid, "test").value();
  event.timestamp = at("2026-03-01T12:30:05.25Z");
  event.inserted_at = load_time();
  return event;
}

LineOutcome parse(const std::string& line, Event& event) {
  EventJsonParser parser(load_time());
  event.browser = "left from the line before";
  event.has_gclid = true;
  return parser.parse(line, event);
}

/// The reason to reject the line; "accepted" or "skipped" where it is not.
std::string rejection(const std::string& line) {
  Event event;
  const LineOutcome outcome = parse(line, event);
  if (const auto* rejected = std::get_if<Rejected>(&outcome)) return rejected->reason;
  return std::holds_alternative<Accepted>(outcome) ? "accepted" : "skipped";
}

TEST(EventJson, TakesEveryCanonicalField) {
  const std::string line =
      R"({"team_id": 9223372036854775807, "event": "$pageview", "timestamp": "2026-03-01T12:30:05+01:00",
 "inserted_at": "2026-03-02 00:00:00", "uuid": "0F4B5C1A-2D3E-4F50-8192-A3B4C5D6E7F8",
 "person_id": "00000000-0000-0001-0000-000000000002", "session_id": "s", "host": "h", "pathname": "/p",
 "device_type": "Mobile", "browser": "Firefox", "os": "Linux", "viewport_width": 1920, "viewport_height": -1,
 "referring_domain": "r", "utm_source": "1", "utm_medium": "2", "utm_campaign": "3", "utm_term": "4", "utm_content": "5",
 "country_code": "6", "city_name": "7", "region_code": "8", "region_name": "9", "has_gclid": true,
 "has_gad_source_paid_search": 1, "has_fbclid": false, "mat_metadata_loggedIn": 0, "mat_metadata_backend": "b"})";
  Event expected = least_event();
  expected.team_id = 9223372036854775807u;
  expected.event = "$pageview";
  expected.timestamp = at("2026-03-01T11:30:05Z");
  expected.inserted_at = at("2026-03-02T00:00:00Z");
  expected.person_id = Uuid(1, 2);
  expected.session_id = "s";
  expected.host = "h";
  expected.pathname = "/p";
  expected.device_type = "Mobile";
  expected.browser = "Firefox";
  expected.os = "Linux";
  expected.viewport_width = 1920;
  expected.viewport_height = -1;
  expected.referring_domain = "r";
  expected.utm_source = "1";
  expected.utm_medium = "2";
  expected.utm_campaign = "3";
  expected.utm_term = "4";
  expected.utm_content = "5";
  expected.country_code = "6";
  expected.city_name = "7";
  expected.region_code = "8";
  expected.region_name = "9";
  expected.has_gclid = true;
  expected.has_gad_source_paid_search = true;
  expected.mat_metadata_backend = "b";
  std::string on_one_line = line;
  std::erase(on_one_line, '\n');
  for (const std::string_view column : kEventColumns) {
    EXPECT_THAT(line, HasSubstr(fmt::format("\"{}\":", column))) << "the test lacks a field";
  }
  Event event;
  EXPECT_EQ(rejection(on_one_line), "accepted");
  parse(on_one_line, event);
  EXPECT_EQ(event, expected);
}

TEST(EventJson, MissingFieldsAndNullAreEmpty) {
  for (const std::string& line :
       {object(), object(R"("host": null, "person_id": null, "viewport_width": null, "has_gclid": null)"),
        object(R"("inserted_at": null)"), "\xEF\xBB\xBF" + object(), "  \t" + object() + "  \r"}) {
    Event event;
    EXPECT_EQ(rejection(line), "accepted") << line;
    parse(line, event);
    EXPECT_EQ(event, least_event()) << line;
  }
}

struct TextCase {
  const char* json;
  std::string value;
};

TEST(EventJson, KeepsOddTexts) {
  for (const TextCase& sample :
       {TextCase{R"("")", ""}, TextCase{R"("a\u0000b")", "a\0b"s}, TextCase{R"("\t\n\"\\\/")", "\t\n\"\\/"},
        TextCase{R"("\ud83d\ude42🙂")", "🙂🙂"}, TextCase{R"("\u202egnp.exe")", "\u202Egnp.exe"},
        TextCase{R"("/;DROP TABLE events")", "/;DROP TABLE events"}, TextCase{R"("{a:String}")", "{a:String}"},
        TextCase{R"("\\N")", "\\N"}, TextCase{"\"\x7F\u0085\"", "\x7F\u0085"}}) {
    Event event;
    const std::string line = object(fmt::format(R"("pathname": {})", sample.json));
    EXPECT_EQ(rejection(line), "accepted") << line;
    parse(line, event);
    EXPECT_EQ(event.pathname, sample.value) << line;
  }
}

TEST(EventJson, BlankLinesAreSkipped) {
  for (const char* line : {"", " ", "\t \r"}) EXPECT_EQ(rejection(line), "skipped");
}

struct RejectedCase {
  const char* name;
  std::string line;
  const char* reason;
};
class RejectedEvent : public testing::TestWithParam<RejectedCase> {};

TEST_P(RejectedEvent, SaysWhichKeyAndValue) { EXPECT_THAT(rejection(GetParam().line), HasSubstr(GetParam().reason)); }

std::string with_team(std::string_view team) {
  return fmt::format(R"({{"team_id": {}, "uuid": "{}", "timestamp": "2026-03-01 12:30:05"}})", team, kUuid);
}
std::string with_time(std::string_view time) {
  return fmt::format(R"({{"team_id": 7, "uuid": "{}", "timestamp": {}}})", kUuid, time);
}
std::string with_uuid(std::string_view uuid) {
  return fmt::format(R"({{"team_id": 7, "uuid": {}, "timestamp": "2026-03-01 12:30:05"}})", uuid);
}

INSTANTIATE_TEST_SUITE_P(
    Values, RejectedEvent,
    testing::ValuesIn<RejectedCase>({
        {"team_zero", with_team("0"), "team_id '0' is not an integer from 1 to 9223372036854775807"},
        {"team_negative", with_team("-1"), "team_id '-1' is not"},
        {"team_too_large", with_team("9223372036854775808"), "team_id '9223372036854775808' is not"},
        {"team_far_too_large", with_team("99999999999999999999999"), "team_id '99999999999999999999999' is not"},
        {"team_float", with_team("1.0"), "team_id '1.0' is not"},
        {"team_exponent", with_team("1e3"), "team_id '1e3' is not"},
        {"team_text", with_team(R"("7")"), "team_id '\"7\"' is not"},
        {"team_true", with_team("true"), "team_id 'true' is not"},
        {"team_list", with_team("[7]"), "team_id '[' is not"},
        {"team_null", with_team("null"), "team_id is missing"},
        {"team_missing", R"({"uuid": "0f4b5c1a-2d3e-4f50-8192-a3b4c5d6e7f8"})", "team_id is missing"},
        {"team_leading_zero", with_team("07"), "team_id '07' is not"},
        {"time_missing", R"({"team_id": 7, "uuid": "0f4b5c1a-2d3e-4f50-8192-a3b4c5d6e7f8"})", "timestamp is missing"},
        {"time_null", with_time("null"), "timestamp is missing"},
        {"time_number", with_time("1772368205"), "timestamp '1772368205' is not a time"},
        {"time_word", with_time(R"("yesterday")"), "timestamp '\"yesterday\"' is not a time"},
        {"time_without_zone", with_time(R"("2026-03-01T12:30:05")"), "is not a time"},
        {"time_too_early", with_time(R"("1970-01-02 23:59:59.999999")"), "is not within 1970-01-03 to 2106-02-04"},
        {"time_too_late", with_time(R"("2106-02-05 00:00:00")"), "is not within 1970-01-03 to 2106-02-04"},
        {"time_too_late_by_offset", with_time(R"("2106-02-04T23:30:00-01:00")"), "is not within"},
        {"uuid_missing", R"({"team_id": 7, "timestamp": "2026-03-01 12:30:05"})", "uuid is missing"},
        {"uuid_null", with_uuid("null"), "uuid is missing"},
        {"uuid_empty", with_uuid(R"("")"), "uuid '\"\"' is not a UUID"},
        {"uuid_bad", with_uuid(R"("0f4b5c1a")"), "uuid '\"0f4b5c1a\"' is not a UUID"},
        {"uuid_number", with_uuid("12"), "uuid '12' is not a UUID"},
        {"person_bad", object(R"("person_id": "me")"), "person_id '\"me\"' is not a UUID"},
        {"inserted_at_bad", object(R"("inserted_at": "x")"), "inserted_at '\"x\"' is not a time"},
        {"inserted_at_far", object(R"("inserted_at": "2300-01-01 00:00:00")"), "is not within 1900 to 2299"},
        {"text_number", object(R"("host": 5)"), "host '5' is not a text"},
        {"text_object", object(R"("host": {"a": 1})"), "host '{' is not a text"},
        {"viewport_float", object(R"("viewport_width": 1.5)"), "viewport_width '1.5' is not an integer"},
        {"viewport_text", object(R"("viewport_width": "15")"), "viewport_width '\"15\"' is not an integer"},
        {"viewport_huge", object(R"("viewport_width": 9223372036854775808)"), "is not an integer"},
        {"flag_two", object(R"("has_gclid": 2)"), "has_gclid '2' is not true, false, 0 or 1"},
        {"flag_text", object(R"("has_gclid": "true")"), "has_gclid '\"true\"' is not true, false, 0 or 1"},
        {"flag_float", object(R"("has_gclid": 1.0)"), "has_gclid '1.0' is not"},
        {"flag_word", object(R"("has_gclid": truth)"), "has_gclid 'truth' is not"},
        {"long_value", object(fmt::format(R"("person_id": "{}")", std::string(500, 'x'))), "xxx…' is not a UUID"},
    }),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(Shapes, RejectedEvent,
                         testing::ValuesIn<RejectedCase>({
                             {"unknown_key", object(R"("browser_name": "x")"), "unknown key 'browser_name'"},
                             {"unknown_key_with_null", object(R"("x": null)"), "unknown key 'x'"},
                             {"unknown_key_in_other_case", object(R"("Host": "x")"), "unknown key 'Host'"},
                             {"empty_key", object(R"("": "x")"), "unknown key ''"},
                             {"control_in_key", object(R"("a\u001bb": "x")"), "unknown key 'a\\x1bb'"},
                             {"twice", object(R"("host": "a", "host": "a")"), "the key 'host' occurs twice"},
                             {"twice_with_null", object(R"("host": null, "host": "a")"), "the key 'host' occurs twice"},
                             {"twice_by_escape", object(R"("host": "a", "h\u006fst": "b")"),
                              "the key 'host' occurs twice"},
                             {"empty_object", "{}", "team_id is missing"},
                             {"list", "[1]", "not a JSON object"},
                             {"text", R"("x")", "not a JSON object"},
                             {"number", "5", "not a JSON object"},
                             {"null", "null", "not a JSON object"},
                             {"words", "hello world", "not a JSON object on one line: 'hello world'"},
                             {"cut_off", object().substr(0, 60), "not"},
                             {"two_objects", object() + object(), "there is more after the JSON object"},
                             {"rest", object() + " x }", "there is more after the JSON object"},
                             {"second_brace", object() + "}", "there is more after the JSON object"},
                             {"no_colon", R"({"team_id" 7})", "not valid JSON"},
                             {"no_comma", R"({"team_id": 7 "uuid": "x"})", "not valid JSON"},
                             {"comma_at_the_end", R"({"team_id": 7,})", "not valid JSON"},
                             {"single_quotes", "{'team_id': 7}", "not valid JSON"},
                             {"key_without_quotes", "{team_id: 7}", "not valid JSON"},
                             {"zero_byte", object("\"host\": \"a\0b\""s), "not valid JSON"},
                             {"tab_in_text", object("\"host\": \"a\tb\""), "not valid JSON"},
                             {"not_utf8", object("\"host\": \"\xFF\""), "not valid JSON"},
                             {"lone_surrogate", object(R"("host": "\ud800")"), "host '\"\\ud800\"' is not a text"},
                             {"bad_escape", object(R"("host": "\q")"), "host '\"\\q\"' is not a text"},
                             {"nul", object(R"("host": nul)"), "not valid JSON"},
                             {"not_a_number", object(R"("viewport_width": NaN)"), "is not an integer"},
                         }),
                         kCaseName);

TEST(EventJson, DeepNestingIsRejectedLikeAnyOtherValue) {
  EXPECT_THAT(rejection(object("\"host\": " + std::string(100'000, '['))), HasSubstr("host"));
}

TEST(EventJson, IsUnimpressedByWhatCameBefore) {
  EventJsonParser parser(load_time());
  Event event;
  ASSERT_TRUE(std::holds_alternative<Accepted>(parser.parse(object(R"("host": "a")"), event)));
  ASSERT_TRUE(std::holds_alternative<Rejected>(parser.parse(R"({"host": "b", "team_id)", event)));
  ASSERT_TRUE(std::holds_alternative<Accepted>(parser.parse(object(), event)));
  EXPECT_EQ(event, least_event());
}

RC_GTEST_PROP(EventJson, AnyBytesAreParsedOrRejected, (const std::string& bytes)) {
  RC_ASSERT(rejection(bytes) != "accepted");
  rejection("{" + bytes + "}");
}

RC_GTEST_PROP(EventJson, WhatIsAcceptedIsJson, ()) {
  std::string line = object(R"("host": "h", "viewport_width": 5, "has_gclid": true, "browser": null)");
  const auto edits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < edits; ++i) {
    const auto position = *rc::gen::inRange<std::size_t>(0, line.size());
    const char byte = *rc::gen::weightedOneOf<char>({{4, rc::gen::just(' ')},
                                                     {1, rc::gen::elementOf(std::string("{}[]\",:\\0"))},
                                                     {1, rc::gen::arbitrary<char>()}});
    if (*rc::gen::arbitrary<bool>()) {
      line[position] = byte;
    } else {
      line.insert(position, 1, byte);
    }
  }
  simdjson::dom::parser reference;
  const bool json = reference.parse(line).error() == simdjson::SUCCESS;
  RC_CLASSIFY(rejection(line) == "accepted");
  RC_ASSERT(rejection(line) != "accepted" || json || line.starts_with("\xEF\xBB\xBF"));
}

}  // namespace
}  // namespace gapless
