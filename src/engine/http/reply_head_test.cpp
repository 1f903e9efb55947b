#include "engine/http/reply_head.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

TEST(ReplyHead, ReadsWhatTheServerSays) {
  ReplyHead head;
  for (const char* line :
       {"HTTP/1.1 200 OK\r\n", "x-clickhouse-FORMAT: TabSeparated\r\n",
        "X-ClickHouse-Exception-Tag:  abcdefghijklmnop\r\n", "X-ClickHouse-Exception-Code: 395\r\n",
        "X-ClickHouse-Summary: {\"read_rows\":\"12\",\"written_rows\":\"3\"}\r\n", "nonsense\r\n", "\r\n"})
    head.take(line);
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.format(), "TabSeparated");
  EXPECT_EQ(head.exception_tag(), "abcdefghijklmnop");
  EXPECT_EQ(head.exception_code(), 395);
  EXPECT_EQ(head.summary().rows_read, 12U);
  EXPECT_EQ(head.summary().rows_written, 3U);
}

TEST(ReplyHead, OfTheLastReplyCounts) {
  ReplyHead head;
  for (const char* line :
       {"HTTP/1.1 100 Continue\r\n", "X-ClickHouse-Exception-Code: 1\r\n", "\r\n", "HTTP/1.0 503 Busy\r\n"})
    head.take(line);
  EXPECT_EQ(head.status(), 503);
  EXPECT_EQ(head.exception_code(), 0);
}

TEST(ReplyHead, OfAnotherQueryIsNotTaken) {
  const struct {
    const char* expected;
    const char* status;
    const char* id;
    bool is_taken;
  } cases[] = {
      {"mine", "200 OK", "X-ClickHouse-Query-Id: mine", true},
      {"mine", "200 OK", "X-ClickHouse-Query-Id: yours", false},
      {"mine", "200 OK", "X-Other: mine", false},
      {"mine", "500 Oh", "X-ClickHouse-Query-Id: yours", false},
      {"mine", "500 Oh", "x-clickhouse-query-id:mine", true},
      {"mine", "403 No", "X-Other: before it is a query", true},
      {"mine", "100 Continue", "X-Other: before the head itself", true},
      {"", "200 OK", "X-ClickHouse-Query-Id: yours", true},
      {"", "200 OK", "X-Other: none is expected", true},
  };
  for (const auto& one : cases) {
    ReplyHead head{std::string(one.expected)};
    EXPECT_TRUE(head.take(std::string("HTTP/1.1 ") + one.status + "\r\n"));
    EXPECT_TRUE(head.take(std::string(one.id) + "\r\n"));
    EXPECT_EQ(head.take("\r\n"), one.is_taken) << one.status << ", " << one.id;
    EXPECT_EQ(head.is_anothers(), !one.is_taken);
  }
}

struct SummaryCase {
  const char* json;
  std::uint64_t rows_read;
  std::uint64_t bytes_written;
};

TEST(Summary, IsZeroWhereItDoesNotSay) {
  for (const auto& [json, rows_read, bytes_written] : {
           SummaryCase{R"({"read_rows":"1","read_bytes":"2","written_rows":"3","written_bytes":"4","elapsed_ns":"5"})",
                       1, 4},
           SummaryCase{R"({"read_rows":"18446744073709551615"})", UINT64_MAX, 0},
           SummaryCase{R"({"read_rows":7,"written_bytes":-1})", 7, 0},
           SummaryCase{R"({"read_rows":"many","written_bytes":null})", 0, 0},
           SummaryCase{"{}", 0, 0},
           SummaryCase{"[]", 0, 0},
           SummaryCase{"{\"read_rows\":", 0, 0},
           SummaryCase{"", 0, 0},
       }) {
    EXPECT_EQ(parse_summary(json).rows_read, rows_read) << json;
    EXPECT_EQ(parse_summary(json).bytes_written, bytes_written) << json;
  }
}

}  // namespace
}  // namespace gapless
