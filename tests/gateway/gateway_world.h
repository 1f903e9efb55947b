#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/gateway.h"
#include "http/digest.h"
#include "http/percent.h"
#include "http/raw_client_test_support.h"
#include "support/chdb_environment.h"
#include "util/hex.h"

namespace gapless::gateway {

using http::kSoon;
using http::RawClient;
using http::request_text;
using http::WireReply;

inline const std::string kToken = "0p3n-sesame";

/// Tables of a rollup and of somebody else's, and gateways to them.
class GatewayWorld : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* text :
         {"CREATE DATABASE IF NOT EXISTS rollup ENGINE = Atomic", "CREATE DATABASE IF NOT EXISTS other ENGINE = Atomic",
          "CREATE OR REPLACE TABLE rollup.stats (team_id UInt64, day Date, views UInt64) ENGINE = MergeTree ORDER BY "
          "day",
          "CREATE OR REPLACE TABLE other.secrets (word String) ENGINE = MergeTree ORDER BY word",
          "INSERT INTO rollup.stats SELECT 7, '2026-03-01', number FROM numbers(3)",
          "INSERT INTO other.secrets SELECT 's3cret'",
          "CREATE OR REPLACE VIEW rollup.leak AS SELECT * FROM file('/etc/hostname', LineAsString)"}) {
      const auto done = engine().execute(Statement(text), {});
      ASSERT_TRUE(done) << text << ": " << done.error().message;
    }
  }
  static Engine& engine() { return testing_support::shared_chdb_engine(); }

  void start(GatewayOptions options) {
    options.listen = "127.0.0.1:0";
    auto started = Gateway::start(options, engine());
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  static GatewayOptions reading() {
    GatewayOptions options;
    options.tokens = {{"board", to_hex(http::sha256_of(kToken))}};
    options.database = "rollup";
    options.databases = {"rollup"};
    return options;
  }
  static GatewayOptions writing() {
    GatewayOptions options;
    options.mode = Mode::kWritable;
    return options;
  }

  WireReply raw(const std::string& text) const {
    RawClient client(server->address());
    client.send(text);
    return client.read_reply(!text.starts_with("HEAD"));
  }
  /// A statement in the body, as a client with the token sends it. `more` is of the URL: "&database=x".
  WireReply ask(const std::string& statement, const std::string& more = "", const std::string& headers = "") const {
    return raw(
        request_text("POST /?wait_end_of_query=1" + more, "X-ClickHouse-Key: " + kToken + "\r\n" + headers, statement));
  }

  /// Statements at work in the engine, the asking one apart, that have the words in them.
  static std::uint64_t running(const std::string& words) {
    Statement ask(
        "SELECT count() AS n FROM system.processes WHERE position(query, {words:String}) > 0 "
        "AND query_id != queryID()");
    const auto rows = engine().select(ask.bind("words", words), {});
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? std::stoull(rows->text(0, 0)) : 0;
  }

  std::unique_ptr<Gateway> server;
};

/// "164", or "200" and the body.
inline std::string outcome(const WireReply& reply) {
  const auto code = reply.headers.find("x-clickhouse-exception-code");
  if (code != reply.headers.end()) return code->second;
  return std::to_string(reply.status) + " " + reply.body;
}

}  // namespace gapless::gateway
