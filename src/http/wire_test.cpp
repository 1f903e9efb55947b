#include "http/wire.h"

#include <gtest/gtest.h>

namespace gapless::http {
namespace {

TEST(Wire, writes_heads) {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12);
  EXPECT_EQ(head_text({.status = 201, .content_type = "application/json", .headers = {{"Location", "/a"}}},
                      {.content_length = 3, .now = now}),
            "HTTP/1.1 201 Created\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nServer: gapless\r\n"
            "Content-Type: application/json\r\nContent-Length: 3\r\nLocation: /a\r\n\r\n");
  EXPECT_EQ(head_text({.status = 304}, {.content_length = 0, .keep_alive = false, .now = now}),
            "HTTP/1.1 304 Not Modified\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nServer: gapless\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(head_text({.content_type = "text/plain", .headers = {{"X-A", "b\r\nc"}}},
                      {.content_length = std::nullopt, .is_chunked = true, .now = now}),
            "HTTP/1.1 200 OK\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nServer: gapless\r\n"
            "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nX-A: b  c\r\n\r\n");
}

}  // namespace
}  // namespace gapless::http
