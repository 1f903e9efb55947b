#include "app/gateway_settings.h"

#include <fmt/format.h>

#include "app/set_value.h"
#include "app/setting_values.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;

constexpr int kMostGatewayRows = 100'000'000;
constexpr auto kLongestGatewayTimeout = std::chrono::hours(1);

Status add_gateway_token(const GivenValue& value, Settings& settings) {
  return add_token<gateway::Token>(settings.gateway_tokens, value, {"read"},
                                   [](std::string name, std::string sha256, std::string_view) -> gateway::Token {
                                     return {std::move(name), std::move(sha256)};
                                   });
}

Status set_gateway_timeout(const GivenValue& value, Settings& settings) {
  const auto span = read_span_or_seconds(value.text);
  if (!span) return must_be(value, span.error());
  if (*span < std::chrono::seconds(1) || *span > kLongestGatewayTimeout)
    return must_be(value, "a span of time from 1s to 1h");
  settings.gateway_timeout = *span;
  return {};
}

}  // namespace

std::vector<Setting> gateway_settings() {
  return {
      {{"gateway.listen",
        Kind::kText,
        {"GAPLESS_GATEWAY_LISTEN"},
        "off",
        "HOST:PORT where ClickHouse clients such as Grafana read the tables, as in 127.0.0.1:8123, or off"},
       [](const GivenValue& value, Settings& settings) -> Status {
         settings.gateway_listen = value.text == "off" ? "" : value.text;
         return {};
       }},
      {{"gateway.tokens",
        Kind::kTable,
        {"GAPLESS_GATEWAY_TOKENS"},
        "",
        "who may: names, and read: with a token's SHA-256; clients take the token for their password. Without, nobody"},
       add_gateway_token,
       scope_alone},
      {{"gateway.timeout", Kind::kText, {"GAPLESS_GATEWAY_TIMEOUT"}, "60s", "how long a client's statement may take"},
       set_gateway_timeout},
      {{"gateway.max_result_rows", Kind::kNumber, {"GAPLESS_GATEWAY_MAX_RESULT_ROWS"}, "1000000", "rows of one result"},
       [](const GivenValue& value, Settings& settings) -> Status {
         const auto rows = read_whole_number(value.text, 1, kMostGatewayRows);
         if (!rows) return must_be(value, rows.error());
         settings.gateway_max_result_rows = static_cast<std::uint64_t>(*rows);
         return {};
       }},
      {{"gateway.memory",
        Kind::kText,
        {"GAPLESS_GATEWAY_MEMORY"},
        "10%",
        "memory of one client's statement, as in 512MiB, or a share of the machine's; four may run at once"},
       [](const GivenValue& value, Settings& settings) -> Status {
         const auto limit = read_memory_limit(value.text);
         if (!limit) return must_be(value, limit.error());
         settings.gateway_memory = *limit;
         return {};
       }},
  };
}

}  // namespace gapless
