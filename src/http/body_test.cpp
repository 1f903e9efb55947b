#include "http/body.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless::http {
namespace {

constexpr std::size_t kMost = 20;

TEST(ChunkedBody, is_put_together_however_it_comes) {
  const std::string text = "5\r\nhello\r\n001\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    ChunkedBody chunks(kMost);
    std::string bytes;
    bool is_whole = false;
    for (std::size_t at = 0; at < text.size(); at += step) {
      ASSERT_FALSE(is_whole) << step;
      bytes += text.substr(at, step);
      const auto whole = chunks.take(bytes);
      ASSERT_TRUE(whole) << whole.error().detail;
      is_whole = *whole;
    }
    EXPECT_TRUE(is_whole);
    EXPECT_EQ(chunks.body(), "hello 0123456789");
    EXPECT_EQ(bytes, "");
  }
}

TEST(ChunkedBody, leaves_the_next_request_alone) {
  ChunkedBody chunks(kMost);
  std::string bytes = "1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1";
  EXPECT_TRUE(chunks.take(bytes).value());
  EXPECT_EQ(bytes, "GET / HTTP/1.1");
}

TEST(ChunkedBody, is_refused_where_two_readers_might_read_it_differently) {
  const struct {
    const char* text;
    int status;
  } cases[] = {
      {"\r\n", 400},           {"x\r\n", 400},
      {"-1\r\n", 400},         {"0x1\r\nx\r\n", 400},
      {"1 \r\nx\r\n", 400},    {"1;a=b\r\nx", 400},
      {"1\r\nxy\r\n", 400},    {"1\nx\n", 400},
      {"000000001\r\nx", 400}, {"0\r\nX: y\r\n", 400},
      {"123456789", 400},      {"15\r\n", 413},
      {"ffffffff\r\n", 413},   {"A\r\n0123456789\r\nB\r\n", 413},
  };
  for (const auto& one : cases) {
    ChunkedBody chunks(kMost);
    std::string bytes = one.text;
    auto whole = chunks.take(bytes);
    ASSERT_FALSE(whole) << one.text;
    EXPECT_EQ(whole.error().status, one.status) << one.text << ": " << whole.error().detail;
  }
}

}  // namespace
}  // namespace gapless::http
