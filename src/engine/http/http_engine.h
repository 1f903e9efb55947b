// engine/http/: a ClickHouse server, through its HTTP interface. Seen by app/ and its own tests alone.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "engine/http/options.h"

namespace gapless {

class ServerLink;

/// Thread-safe. Needs a server of 23.8 or newer, and one server: a statement is looked for, and killed, where it was
/// sent. A statement whose connection is lost goes on there; it is killed or waited for, as Engine promises, and where
/// it cannot be told whether one took effect, the error says so (outcome_unknown()). The process has to ignore SIGPIPE.
/// Streams may outlive the engine.
class HttpEngine final : public Engine {
 public:
  /// Errors: kInvalidInput for options that cannot be used, a server that is too old, or a setting that it does not
  /// have; kUnavailable where it cannot be reached.
  static Result<std::unique_ptr<HttpEngine>> open(const HttpEngineOptions& options);

  Result<Stats> execute(const Statement& statement, const StatementOptions& options) override;
  Result<Rows> select(const Statement& statement, const StatementOptions& options) override;
  /// An exception in the middle of the output is told from it, and ends the stream with its error.
  Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                       const std::function<Status(std::string_view)>& sink) override;
  /// Rows travel as one request, and all of a connection that breaks within it fails; a server may read 256 KiB before
  /// it looks at the first row.
  Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                               const StatementOptions& options) override;
  /// Also that of another process of the same user.
  Status cancel(std::string_view statement_id) override;
  Result<std::string> version() override;

 private:
  explicit HttpEngine(std::shared_ptr<ServerLink> link) : link_(std::move(link)) {}

  const std::shared_ptr<ServerLink> link_;
};

}  // namespace gapless
