#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "engine/http/http_statement.h"

namespace gapless {

/// An INSERT whose rows are the body of one request, sent while they are appended. What the server has not taken yet is
/// bounded: append() waits. Destroyed before its end it breaks the connection off within the body, which the server
/// takes for an error, and kills the statement.
class HttpInsertStream final : public InsertStream {
 public:
  /// Errors: those of the statement (an unknown table, column or format), which an INSERT of nothing finds out before.
  static Result<std::unique_ptr<InsertStream>> open(const std::shared_ptr<ServerLink>& link, const Statement& statement,
                                                    std::string_view format, const StatementOptions& options);
  ~HttpInsertStream() override;
  Status append(std::string_view bytes) override;
  Result<Stats> finish() override;

 private:
  HttpInsertStream() = default;
  Status send(const Statement& statement, std::string_view format);
  std::size_t upload(char* into, std::size_t most);
  Status usable();
  /// What the server said before it had all rows.
  Status early_end();
  tl::unexpected<Error> failed(Error error);

  std::string waiting_;  // of the body, from sent_ on
  std::size_t sent_ = 0;
  bool all_appended_ = false;
  bool finished_ = false;
  std::optional<Error> error_;                // what ended the stream
  std::unique_ptr<HttpStatement> statement_;  // destroyed first: it calls upload()
};

}  // namespace gapless
