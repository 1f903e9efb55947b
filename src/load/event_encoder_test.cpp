#include "load/event_encoder.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gapless {
namespace {

using namespace std::string_literals;

Event full_event() {
  Event event;
  event.team_id = 0x0102030405060708;
  event.event = "$pageview";
  event.timestamp = Instant(std::chrono::microseconds(0x1122334455667788));
  event.inserted_at = Instant(std::chrono::microseconds(-1));
  event.uuid = Uuid(0x0001020304050607, 0x08090a0b0c0d0e0f);
  event.person_id = Uuid(1, 2);
  event.session_id = std::string(200, 's');
  event.host = "h";
  event.pathname = "/";
  event.device_type = "D";
  event.browser = "b";
  event.os = "o";
  event.viewport_width = 1;
  event.viewport_height = -1;
  event.referring_domain = "r";
  event.utm_source = "1";
  event.utm_medium = "2";
  event.utm_campaign = "3";
  event.utm_term = "4";
  event.utm_content = "5";
  event.country_code = "6";
  event.city_name = "7";
  event.region_code = "8";
  event.region_name = "9\0x"s;
  event.has_gclid = true;
  event.has_fbclid = true;
  event.mat_metadata_logged_in = true;
  event.mat_metadata_backend = "m";
  return event;
}

TEST(Event, ClearLeavesNothing) {
  Event event = full_event();
  event.has_gad_source_paid_search = true;
  ASSERT_FALSE(event == Event{});
  event.clear();
  EXPECT_EQ(event, Event{});
}

TEST(Event, TimestampsAreLoadableWithinTheRangeOfPartitions) {
  const auto at = [](std::string_view text) { return parse_instant(text, "test").value(); };
  EXPECT_TRUE(is_loadable_timestamp(at("1970-01-03T00:00:00Z")));
  EXPECT_TRUE(is_loadable_timestamp(at("2026-03-01T12:00:00.000001Z")));
  EXPECT_TRUE(is_loadable_timestamp(at("2106-02-04T23:59:59.999999Z")));
  EXPECT_FALSE(is_loadable_timestamp(at("1970-01-02T23:59:59.999999Z")));
  EXPECT_FALSE(is_loadable_timestamp(at("2106-02-05T00:00:00Z")));
  EXPECT_FALSE(is_loadable_timestamp(at("1969-12-31T23:59:59Z")));
}

// Checked against ClickHouse's own reader: SELECT * FROM input(…) FORMAT RowBinary.
TEST(EventEncoder, WritesTheColumnsAsRowBinary) {
  const std::string expected =
      "\x08\x07\x06\x05\x04\x03\x02\x01"s                                  // team_id
      "\x09$pageview"s                                                     // event
      "\x88\x77\x66\x55\x44\x33\x22\x11"s                                  // timestamp
      "\xff\xff\xff\xff\xff\xff\xff\xff"s                                  // inserted_at
      "\x07\x06\x05\x04\x03\x02\x01\x00\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08"s  // uuid
      "\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0"s                              // person_id
      "\xc8\x01"s +                                                        // session_id
      std::string(200, 's') +                                              //
      "\x01h\x01/\x01"s +
      "D\x01"s +
      "b\x01o"s                            // host to os
      "\x01\0\0\0\0\0\0\0"s                // viewport_width
      "\xff\xff\xff\xff\xff\xff\xff\xff"s  // viewport_height
      "\x01r\x01"s +
      "1\x01"s + "2\x01"s + "3\x01"s + "4\x01"s + "5\x01"s +  // referring_domain to utm_content
      "6\x01"s + "7\x01"s + "8\x03"s +
      "9\0x"s            // country_code to region_name
      "\x01\0\x01\x01"s  // flags
      "\x01m"s;          // mat_metadata_backend
  std::string out = "before";
  append_row_binary(full_event(), out);
  EXPECT_EQ(out, "before" + expected);
  EXPECT_EQ(kEventColumns.size(), 29u);
}

TEST(EventEncoder, WritesAnEmptyEventAndLongTexts) {
  std::string out;
  append_row_binary(Event{}, out);
  EXPECT_EQ(out, std::string(94, '\0'));
  Event event;
  event.pathname = std::string(3'000'000, 'p');
  append_row_binary(event, out);
  EXPECT_EQ(out.size(), 94u + 94u - 1u + 4u + 3'000'000u);
  EXPECT_NE(out.find("\xC0\x8D\xB7\x01pppp"), std::string::npos);
}

}  // namespace
}  // namespace gapless
