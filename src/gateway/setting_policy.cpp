#include "gateway/setting_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "util/ascii.h"
#include "util/parse_number.h"

namespace gapless::gateway {
namespace {

/// What a value of a harmless setting may be.
enum class ValueKind { kFlag, kNumber, kWord };

struct Harmless {
  std::string_view name;
  ValueKind kind;
};

constexpr std::size_t kLongestWord = 100;
constexpr std::uint64_t kLargestNumber = 1'000'000;

// What clients send, and what changes no more than how a result looks or is counted.
constexpr std::array kHarmless = std::to_array<Harmless>({
    {"aggregate_functions_null_for_empty", ValueKind::kFlag},
    {"cast_keep_nullable", ValueKind::kFlag},
    {"count_distinct_implementation", ValueKind::kWord},
    {"date_time_input_format", ValueKind::kWord},
    {"date_time_output_format", ValueKind::kWord},
    {"empty_result_for_aggregation_by_empty_set", ValueKind::kFlag},
    {"extremes", ValueKind::kFlag},
    {"group_by_use_nulls", ValueKind::kFlag},
    {"join_use_nulls", ValueKind::kFlag},
    {"max_block_size", ValueKind::kNumber},
    {"output_format_arrow_string_as_string", ValueKind::kFlag},
    {"output_format_binary_write_json_as_string", ValueKind::kFlag},
    {"output_format_csv_crlf_end_of_line", ValueKind::kFlag},
    {"output_format_json_array_of_rows", ValueKind::kFlag},
    {"output_format_json_escape_forward_slashes", ValueKind::kFlag},
    {"output_format_json_named_tuples_as_objects", ValueKind::kFlag},
    {"output_format_json_quote_64bit_floats", ValueKind::kFlag},
    {"output_format_json_quote_64bit_integers", ValueKind::kFlag},
    {"output_format_json_quote_decimals", ValueKind::kFlag},
    {"output_format_json_quote_denormals", ValueKind::kFlag},
    {"output_format_native_encode_types_in_binary_format", ValueKind::kFlag},
    {"output_format_parquet_string_as_string", ValueKind::kFlag},
    {"output_format_pretty_max_rows", ValueKind::kNumber},
    {"output_format_write_statistics", ValueKind::kFlag},
    {"prefer_column_name_to_alias", ValueKind::kFlag},
    {"session_timezone", ValueKind::kWord},
    {"totals_mode", ValueKind::kWord},
    {"transform_null_in", ValueKind::kFlag},
    {"union_default_mode", ValueKind::kWord},
});

const std::set<std::string_view> kTransport = {"add_http_cors_header",
                                               "cancel_http_readonly_queries_on_client_close",
                                               "connect_timeout",
                                               "http_connection_timeout",
                                               "http_headers_progress_interval_ms",
                                               "http_receive_timeout",
                                               "http_send_timeout",
                                               "http_wait_end_of_query",
                                               "http_write_exception_in_output_format",
                                               "http_zlib_compression_level",
                                               "log_comment",
                                               "log_profile_events",
                                               "log_queries",
                                               "receive_timeout",
                                               "send_progress_in_http_headers",
                                               "send_timeout"};

bool fits(ValueKind kind, std::string_view value) {
  switch (kind) {
    case ValueKind::kFlag: return value == "0" || value == "1" || value == "true" || value == "false";
    case ValueKind::kNumber: {
      const auto number = parse_number<std::uint64_t>(value);
      return number && *number > 0 && *number <= kLargestNumber;
    }
    case ValueKind::kWord:
      return !value.empty() && value.size() < kLongestWord && std::ranges::all_of(value, [](char c) {
        return is_alphanumeric(c) || std::string_view("_-+/").find(c) != std::string_view::npos;
      });
  }
  return false;
}

/// A limit may be made narrower, and never wider or none at all.
OrFailure<SettingUse> within(std::string_view name, std::string_view value, std::uint64_t most) {
  const auto number = parse_number<std::uint64_t>(value);
  if (number && *number > 0 && (most == 0 || *number <= most)) return SettingUse::kStatement;
  const std::string end = most == 0 ? "" : fmt::format(" to {}", most);
  return failed(code::kSettingConstraint, fmt::format("Setting {} must be a whole number from 1{} here", name, end));
}

}  // namespace

bool is_of_transport(std::string_view name) { return kTransport.contains(name); }

OrFailure<SettingUse> judge_setting(std::string_view name, std::string_view value, const SettingLimits& limits) {
  if (is_of_transport(name)) return SettingUse::kIgnored;
  if (name == "max_execution_time") return within(name, value, limits.execution_seconds);
  if (name == "max_memory_usage") return within(name, value, limits.memory_bytes);
  if (name == "max_result_rows") return within(name, value, limits.result_rows);
  if (name == "max_result_bytes") return within(name, value, limits.result_bytes);
  if ((name == "readonly" && (value == "1" || value == "2")) || (name == "result_overflow_mode" && value == "throw"))
    return SettingUse::kIgnored;
  const auto known = std::ranges::find(kHarmless, name, &Harmless::name);
  if (known == kHarmless.end()) return SettingUse::kRefused;
  if (fits(known->kind, value)) return SettingUse::kStatement;
  return failed(code::kSettingConstraint, fmt::format("Setting {} cannot have this value here", name));
}

}  // namespace gapless::gateway
