#include "engine/fault_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace gapless {
namespace {

struct Entry {
  int code;
  Fault fault;
};

// Names and numbers from ClickHouse's src/Common/ErrorCodes.cpp; sorted by code.
constexpr std::array kTable = std::to_array<Entry>({
    {6, Fault::kCorrupt},         // CANNOT_PARSE_TEXT
    {26, Fault::kCorrupt},        // CANNOT_PARSE_QUOTED_STRING
    {27, Fault::kCorrupt},        // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    {33, Fault::kCorrupt},        // CANNOT_READ_ALL_DATA
    {38, Fault::kCorrupt},        // CANNOT_PARSE_DATE
    {40, Fault::kCorrupt},        // CHECKSUM_DOESNT_MATCH
    {41, Fault::kCorrupt},        // CANNOT_PARSE_DATETIME
    {49, Fault::kInternal},       // LOGICAL_ERROR
    {72, Fault::kCorrupt},        // CANNOT_PARSE_NUMBER
    {74, Fault::kUnavailable},    // CANNOT_READ_FROM_FILE_DESCRIPTOR
    {75, Fault::kUnavailable},    // CANNOT_WRITE_TO_FILE_DESCRIPTOR
    {76, Fault::kUnavailable},    // CANNOT_OPEN_FILE
    {117, Fault::kCorrupt},       // INCORRECT_DATA
    {158, Fault::kOverload},      // TOO_MANY_ROWS
    {159, Fault::kTimeout},       // TIMEOUT_EXCEEDED
    {160, Fault::kOverload},      // TOO_SLOW
    {173, Fault::kOverload},      // CANNOT_ALLOCATE_MEMORY
    {192, Fault::kInvalidInput},  // UNKNOWN_USER
    {193, Fault::kInvalidInput},  // WRONG_PASSWORD
    {194, Fault::kInvalidInput},  // REQUIRED_PASSWORD
    {198, Fault::kUnavailable},   // DNS_ERROR
    {201, Fault::kOverload},      // QUOTA_EXCEEDED
    {202, Fault::kOverload},      // TOO_MANY_SIMULTANEOUS_QUERIES
    {203, Fault::kOverload},      // NO_FREE_CONNECTION
    {209, Fault::kTimeout},       // SOCKET_TIMEOUT
    {210, Fault::kUnavailable},   // NETWORK_ERROR
    {216, Fault::kConflict},      // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING
    {225, Fault::kUnavailable},   // NO_ZOOKEEPER
    {236, Fault::kUnavailable},   // ABORTED
    {241, Fault::kOverload},      // MEMORY_LIMIT_EXCEEDED
    {242, Fault::kUnavailable},   // TABLE_IS_READ_ONLY
    {243, Fault::kUnavailable},   // NOT_ENOUGH_SPACE
    {246, Fault::kCorrupt},       // CORRUPTED_DATA
    {252, Fault::kOverload},      // TOO_MANY_PARTS
    {254, Fault::kUnavailable},   // NO_ACTIVE_REPLICAS
    {271, Fault::kCorrupt},       // CANNOT_DECOMPRESS
    {279, Fault::kUnavailable},   // ALL_CONNECTION_TRIES_FAILED
    {285, Fault::kUnavailable},   // TOO_FEW_LIVE_REPLICAS
    {286, Fault::kUnavailable},   // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    {289, Fault::kUnavailable},   // REPLICA_IS_NOT_IN_QUORUM
    {307, Fault::kOverload},      // TOO_MANY_BYTES
    {319, Fault::kTimeout},       // UNKNOWN_STATUS_OF_INSERT
    {341, Fault::kTimeout},       // UNFINISHED
    {364, Fault::kOverload},      // RECEIVED_ERROR_TOO_MANY_REQUESTS
    {369, Fault::kUnavailable},   // ALL_REPLICAS_ARE_STALE
    {373, Fault::kConflict},      // SESSION_IS_LOCKED
    {379, Fault::kTimeout},       // UNKNOWN_STATUS_OF_DISTRIBUTED_DDL_TASK
    {384, Fault::kUnavailable},   // PART_IS_TEMPORARILY_LOCKED
    {394, Fault::kCancelled},     // QUERY_WAS_CANCELLED
    {396, Fault::kOverload},      // TOO_MANY_ROWS_OR_BYTES
    {439, Fault::kOverload},      // CANNOT_SCHEDULE_TASK
    {473, Fault::kUnavailable},   // DEADLOCK_AVOIDED
    {497, Fault::kInvalidInput},  // ACCESS_DENIED
    {516, Fault::kInvalidInput},  // AUTHENTICATION_FAILED
    {517, Fault::kUnavailable},   // CANNOT_ASSIGN_ALTER
    {519, Fault::kUnavailable},   // NO_REMOTE_SHARD_AVAILABLE
    {529, Fault::kUnavailable},   // NOT_A_LEADER
    {735, Fault::kCancelled},     // QUERY_WAS_CANCELLED_BY_CLIENT
    {745, Fault::kOverload},      // SERVER_OVERLOADED
    {999, Fault::kUnavailable},   // KEEPER_EXCEPTION
    {1000, Fault::kInternal},     // POCO_EXCEPTION
    {1001, Fault::kInternal},     // STD_EXCEPTION
    {1002, Fault::kInternal},     // UNKNOWN_EXCEPTION
});
static_assert(std::ranges::is_sorted(kTable, {}, &Entry::code));

constexpr int kNotEnoughSpace = 243;
// A syntax error lists every token that might have stood there: more than a terminal shows.
constexpr std::size_t kLongestMessage = 600;

/// Takes "Code: N. " and the exception's type from the front; the code, where it is there.
std::optional<int> take_code(std::string_view& text) {
  constexpr std::string_view kPrefix = "Code: ";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const char* const begin = text.data() + kPrefix.size();
  const char* const end = text.data() + text.size();
  int code = 0;
  const auto [after, error] = std::from_chars(begin, end, code);
  if (error != std::errc() || after == end || *after != '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(after + 1 - text.data()));
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  constexpr std::string_view kException = "Exception: ";  // DB::Exception, DB::ErrnoException, DB::NetException
  const std::size_t type = text.find(kException);
  if (text.starts_with("DB::") && text.find(' ') == type + kException.size() - 1) {
    text.remove_prefix(type + kException.size());
  }
  return code;
}

/// Moves to the first line that begins with a code.
void skip_to_code(std::string_view& text) {
  for (std::size_t line = 0; line < text.size();) {
    std::string_view rest = text.substr(line);
    if (take_code(rest)) return text.remove_prefix(line);
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) return;
    line = end + 1;
  }
}

void trim_end(std::string_view& text) { text = text.substr(0, text.find_last_not_of(" \n\r\t.") + 1); }

bool is_error_name(std::string_view text) {
  return text.size() > 2 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

/// Where the parenthesis that ends the text was opened.
std::size_t last_open(std::string_view text) {
  int depth = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

/// Takes every " (NAME)" and " (version …)" from the end; the last name.
std::string_view take_names(std::string_view& text) {
  std::string_view name;
  for (trim_end(text); text.ends_with(')'); trim_end(text)) {
    const std::size_t open = last_open(text);
    if (open == std::string_view::npos) break;
    const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    const bool named = is_error_name(inside);
    if (!named && !inside.starts_with("version ")) break;
    if (named && name.empty()) name = inside;
    text = text.substr(0, open);
  }
  return name;
}

/// On one line, without control characters, and no longer than a terminal bears.
std::string readable(std::string_view text) {
  std::string out;
  for (const char character : text) {
    const bool control = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
    const char shown = control ? ' ' : character;
    if (shown == ' ' && out.ends_with(' ')) continue;
    out += shown;
  }
  if (out.size() <= kLongestMessage) return out;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;  // not within a UTF-8 character
  return out.substr(0, end) + "…";
}

bool disk_is_full(std::string_view text) {
  return text.find("No space left on device") != std::string_view::npos ||
         text.find("errno: 28,") != std::string_view::npos;
}

}  // namespace

Fault clickhouse_fault(int code) {
  const auto entry = std::ranges::lower_bound(kTable, code, {}, &Entry::code);
  return entry != kTable.end() && entry->code == code ? entry->fault : Fault::kBadQuery;
}

Error parse_clickhouse_error(std::string_view text) {
  skip_to_code(text);
  const auto own_code = take_code(text);
  if (!own_code) return {Fault::kInternal, 0, readable(text)};
  while (take_code(text)) {  // "Code: 73. DB::Exception: Code: 73. DB::Exception: …": the same error, wrapped
  }
  const int code = disk_is_full(text) ? kNotEnoughSpace : *own_code;
  const std::string_view name = take_names(text);
  return {clickhouse_fault(code), code,
          fmt::format("{} (code {}{}{})", readable(text), *own_code, name.empty() ? "" : " ", name)};
}

}  // namespace gapless
