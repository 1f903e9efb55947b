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

/// A column of a block: its name and type, each after its length, and its values.
std::string column(const std::string& name, const std::string& type, const std::string& values) {
  return static_cast<char>(name.size()) + name + static_cast<char>(type.size()) + type + values;
}
std::string texts(const std::string& name, const std::string& values) { return column(name, "String", values); }

std::string times(const std::string& name, const std::string& values) {
  return column(name, "DateTime64(6, 'UTC')", values);
}

// Checked against ClickHouse's own reader: SELECT * FROM file('…', Native).
TEST(EventEncoder, WritesTheColumnsAsABlock) {
  EventEncoder encoder;
  encoder.add(full_event());
  encoder.add(Event{});
  EXPECT_EQ(encoder.events(), 2u);
  const std::string zero(8, '\0');
  EXPECT_EQ(
      encoder.take_block(),
      "\x1d\x02"s +                                                                 // 29 columns, 2 rows
          column("team_id", "UInt64", "\x08\x07\x06\x05\x04\x03\x02\x01" + zero) +  //
          texts("event", "\x09$pageview\0"s) +                                      //
          times("timestamp", "\x88\x77\x66\x55\x44\x33\x22\x11" + zero) +           //
          times("inserted_at", "\xff\xff\xff\xff\xff\xff\xff\xff" + zero) +         //
          column("uuid", "UUID", "\x07\x06\x05\x04\x03\x02\x01\x00\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08"s + zero + zero) +
          column("person_id", "UUID", "\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0"s + zero + zero) +
          texts("session_id", "\xc8\x01" + std::string(200, 's') + "\0"s) +  //
          texts("host", "\x01h\0"s) + texts("pathname", "\x01/\0"s) + texts("device_type", "\x01\x44\0"s) +
          texts("browser", "\x01\x62\0"s) + texts("os", "\x01o\0"s) +
          column("viewport_width", "Int64", "\x01\0\0\0\0\0\0\0"s + zero) +
          column("viewport_height", "Int64", "\xff\xff\xff\xff\xff\xff\xff\xff" + zero) +
          texts("referring_domain", "\x01r\0"s) + texts("utm_source", "\x01\x31\0"s) +
          texts("utm_medium", "\x01\x32\0"s) + texts("utm_campaign", "\x01\x33\0"s) + texts("utm_term", "\x01\x34\0"s) +
          texts("utm_content", "\x01\x35\0"s) + texts("country_code", "\x01\x36\0"s) +
          texts("city_name", "\x01\x37\0"s) + texts("region_code", "\x01\x38\0"s) +
          texts("region_name", "\x03\x39\0x\0"s) + column("has_gclid", "Bool", "\1\0"s) +
          column("has_gad_source_paid_search", "Bool", "\0\0"s) + column("has_fbclid", "Bool", "\1\0"s) +
          column("mat_metadata_loggedIn", "Bool", "\1\0"s) + texts("mat_metadata_backend", "\x01m\0"s));
}

TEST(EventEncoder, BlocksHaveNothingOfEachOther) {
  EventEncoder encoder;
  encoder.add(full_event());
  encoder.add(full_event());
  encoder.take_block();
  EXPECT_EQ(encoder.events(), 0u);
  EXPECT_EQ(encoder.bytes(), 0u);
  encoder.add(full_event());
  EventEncoder other;
  other.add(full_event());
  EXPECT_EQ(encoder.take_block(), other.take_block());
}

TEST(EventEncoder, CountsTheBytesOfEmptyEventsAndLongTexts) {
  EventEncoder encoder;
  encoder.add(Event{});
  EXPECT_EQ(encoder.bytes(), 94u);
  Event event;
  event.pathname = std::string(3'000'000, 'p');
  encoder.add(event);
  EXPECT_EQ(encoder.bytes(), 94u + 94u - 1u + 4u + 3'000'000u);
  EXPECT_NE(encoder.take_block().find("\0\xC0\x8D\xB7\x01pppp"s), std::string::npos);
}

}  // namespace
}  // namespace gapless
