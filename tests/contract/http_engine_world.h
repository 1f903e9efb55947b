#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>

#include "engine/http/http_engine.h"
#include "support/case_name.h"
#include "support/fake_clickhouse.h"

namespace gapless {

using namespace std::chrono_literals;
using testing_support::FakeClickHouse;
using testing_support::FakeReply;
using testing_support::FakeRequest;
using testing_support::Gate;

inline constexpr const char* kPassword = "s3cr3t-pass";
inline constexpr const char* kOneRow = "n\nUInt64\n7\n";

inline HttpEngineOptions options_for(const std::string& url) {
  HttpEngineOptions options;
  options.url = url;
  options.user = "gapless";
  options.password = kPassword;
  options.patience.deadline_grace = 50ms;
  options.patience.end_of_reply = 300ms;
  options.patience.end_of_effect = 300ms;
  options.patience.between_looks = 5ms;
  options.patience.between_reports = 5ms;
  options.patience.query_log = 100ms;
  options.patience.between_log_looks = 5ms;
  return options;
}

class HttpEngineTest : public testing::Test {
 protected:
  HttpEngineTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
  }

  void open(HttpEngineOptions options) {
    auto opened = HttpEngine::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::move(*opened);
  }
  void open() { open(options_for(server_.url())); }
  Error refused(const HttpEngineOptions& options) {
    const auto opened = HttpEngine::open(options);
    EXPECT_FALSE(opened);
    return opened ? Error() : opened.error();
  }
  Error refused() { return refused(options_for(server_.url())); }

  Result<Rows> select(const StatementOptions& options = {}) {
    return engine_->select(Statement("SELECT seven"), options);
  }
  Result<Stats> fill(const StatementOptions& options = {}) {
    return engine_->execute(Statement("INSERT INTO t SELECT seven"), options);
  }

  FakeClickHouse server_;
  std::unique_ptr<HttpEngine> engine_;
};

inline StatementOptions with_id(std::string id) {
  StatementOptions options;
  options.id = std::move(id);
  return options;
}

/// What breaks, in the way that a connection breaks.
inline void nothing_at_all(const FakeRequest&, FakeReply&) {}

/// Rows of system.query_log.
inline std::string logged(std::string_view type, std::string_view exception) {
  return fmt::format(
      "type\texception\tread_rows\tread_bytes\twritten_rows\twritten_bytes\n"
      "String\tString\tUInt64\tUInt64\tUInt64\tUInt64\n{}\t{}\t1\t2\t3\t4\n",
      type, exception);
}

inline FakeClickHouse::Script rows_script(std::string tsv) {
  return [tsv = std::move(tsv)](const FakeRequest&, FakeReply& reply) { reply.rows(tsv); };
}

inline FakeClickHouse::Script exception_script(int status, int code, std::string text) {
  return [=](const FakeRequest&, FakeReply& reply) { reply.exception(status, code, text); };
}

inline FakeClickHouse::Script page_script(int status, std::string page) {
  return [=](const FakeRequest&, FakeReply& reply) {
    reply.head(status, {{"Location", "http://127.0.0.1:1/"}});
    reply.piece(page);
    reply.end();
  };
}

}  // namespace gapless
