#pragma once

#include <memory>
#include <optional>

#include "engine/chdb/running.h"
#include "engine/engine.h"

namespace gapless {

/// An INSERT that is fed by its caller. Holds the engine open: to be destroyed before main returns.
class ChdbInsertStream final : public InsertStream {
 public:
  /// Errors: those of the statement (an unknown table or format).
  static Result<std::unique_ptr<InsertStream>> open(RunningStatement running, const Statement& statement,
                                                    std::string_view format);
  Status append(std::string_view bytes) override;
  Result<Stats> finish() override;

 private:
  ChdbInsertStream(RunningStatement running, ChdbConnection::Insert stream);
  Status usable();
  Status status();
  tl::unexpected<Error> failed(Error error);

  // In the order of their making, and destroyed in the reverse: the stream before its connection.
  RunningStatement running_;
  ChdbConnection::Insert stream_;
  std::optional<Error> error_;  // what ended the stream
  bool finished_ = false;
};

}  // namespace gapless
