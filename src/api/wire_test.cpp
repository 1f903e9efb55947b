#include "api/wire.h"

#include <gtest/gtest.h>

namespace gapless::api {
namespace {

TEST(Wire, writes_events_that_nothing_in_them_can_end) {
  const struct {
    Event event;
    const char* text;
  } cases[] = {
      {{}, "data: \n\n"},
      {{.id = "7", .name = "step", .data = "{}"}, "id: 7\nevent: step\ndata: {}\n\n"},
      {{.data = "a\n\nb"}, "data: a\ndata: \ndata: b\n\n"},
      {{.data = "a\r\nb\rc"}, "data: a\ndata: bc\n\n"},
      {{.id = "7\ndata: x", .name = "a\r\nb"}, "id: 7 data: x\nevent: a  b\ndata: \n\n"},
  };
  for (const auto& one : cases) EXPECT_EQ(event_text(one.event), one.text);
}

TEST(Wire, writes_heads) {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12);
  EXPECT_EQ(head_text({.status = 201, .headers = {{"Location", "/a"}}}, {.content_length = 3, .now = now}),
            "HTTP/1.1 201 Created\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nServer: gapless\r\n"
            "Content-Type: application/json\r\nContent-Length: 3\r\nLocation: /a\r\n\r\n");
  EXPECT_EQ(head_text({.status = 304}, {.keep_alive = false, .now = now}),
            "HTTP/1.1 304 Not Modified\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nServer: gapless\r\n"
            "Connection: close\r\n\r\n");
}

}  // namespace
}  // namespace gapless::api
