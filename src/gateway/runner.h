#pragma once

#include <map>
#include <string>

#include "engine/engine.h"
#include "gateway/answer.h"
#include "gateway/failure.h"
#include "gateway/options.h"
#include "gateway/request.h"
#include "gateway/running.h"

namespace gapless::gateway {

/// A request that was let in, with all that belongs to it.
struct Job {
  Request request;
  std::string body;
  std::string query_id;
  bool must_only_read = false;  ///< it came by GET
  std::stop_token stop = {};
};

/// How a statement is to be run, and how its output is to look.
struct Prepared {
  Statement statement{""};
  StatementOptions options;
  std::string format;
};

/// What is done with a request. Thread-safe.
class Runner {
 public:
  virtual ~Runner() = default;
  /// Runs it, and answers. Failures: those before the answer began.
  virtual OrFailure<void> run(const Job& job, AnswerOptions answer, http::ReplyWriter& writer) = 0;
};

/// Asks the engine to run what is prepared, and hands the output on.
void run_prepared(Engine& engine, const Prepared& prepared, AnswerOptions options, http::ReplyWriter& writer);

/// Which of the names are settings of the engine.
OrFailure<std::set<std::string>> known_settings(Engine& engine, const std::vector<std::string>& names);

/// Reads, within limits, and refuses everything else.
std::unique_ptr<Runner> make_read_only_runner(Engine& engine, const GatewayOptions& options);
/// Does what it is told to, as a server in a test.
std::unique_ptr<Runner> make_writable_runner(Engine& engine, const GatewayOptions& options, const Running& running);

}  // namespace gapless::gateway
