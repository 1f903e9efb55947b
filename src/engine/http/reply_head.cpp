#include "engine/http/reply_head.h"

#include "util/ascii.h"
#include "util/json.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

std::uint64_t member_of(const Json& summary, const char* name) {
  const auto found = summary.find(name);
  if (found == summary.end()) return 0;
  if (found->is_number_unsigned()) return found->get<std::uint64_t>();
  return found->is_string() ? parse_number<std::uint64_t>(found->get_ref<const std::string&>()).value_or(0) : 0;
}

}  // namespace

Stats parse_summary(std::string_view json) {
  const Json summary = Json::parse(json, nullptr, false);
  if (!summary.is_object()) return {};
  Stats stats;
  stats.rows_read = member_of(summary, "read_rows");
  stats.bytes_read = member_of(summary, "read_bytes");
  stats.rows_written = member_of(summary, "written_rows");
  stats.bytes_written = member_of(summary, "written_bytes");
  return stats;
}

bool ReplyHead::take(std::string_view line) {
  line = trimmed(line, " \t\r\n");
  if (line.starts_with("HTTP/")) {
    *this = ReplyHead(std::move(expected_id_));
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) status_ = parse_number<int>(line.substr(space + 1, 3)).value_or(0);
  } else if (line.empty()) {
    // What fails before it is a query has no id.
    const bool must_have_one = status_ == 200 || !query_id_.empty();
    is_anothers_ = !expected_id_.empty() && must_have_one && query_id_ != expected_id_;
  } else {
    take_field(line);
  }
  return !is_anothers_;
}

void ReplyHead::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = ascii_lowered(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "x-clickhouse-exception-code") exception_code_ = parse_number<int>(value).value_or(0);
  if (name == "x-clickhouse-exception-tag") exception_tag_ = value;
  if (name == "x-clickhouse-query-id") query_id_ = value;
  if (name == "x-clickhouse-format") format_ = value;
  if (name == "x-clickhouse-summary") summary_ = parse_summary(value);
}

}  // namespace gapless
