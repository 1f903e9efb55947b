#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/chdb/connection.h"
#include "engine/chdb/options.h"
#include "engine/rows.h"

namespace gapless {

/// chDB open on a data directory: it runs as long as one connection is, and this keeps one. A process has at most one.
/// Must be gone before main returns (leaving with a connection open may crash or hang). Thread-safe.
class ChdbInstance {
 public:
  /// Errors: as ChdbLibrary and prepare_data_directory, kInvalidInput for a setting that chDB does not take, kConflict
  /// where this process has another directory open.
  static Result<std::shared_ptr<const ChdbInstance>> open(const ChdbOptions& options);
  ~ChdbInstance();
  ChdbInstance(const ChdbInstance&) = delete;
  ChdbInstance& operator=(const ChdbInstance&) = delete;

  /// A connection with the options' settings and these, which replace them. Made for one statement and closed after it,
  /// which costs no more than to SET (0.2 ms), leaks no setting, and carries no output of a failed statement over.
  Result<ChdbConnection> connect(const ChdbSettings& settings) const;

  /// Runs a small statement about other statements, on a connection of its own.
  Result<Rows> ask(const Statement& statement) const;
  /// Ends the statements with that log_comment. They end a little later; none is no error.
  Status kill(const std::string& statement_id) const;

  /// The error, naming the directory where it is about its disk.
  Error located(Error error) const;

 private:
  ChdbInstance(const ChdbApi& api, ChdbOptions options, ChdbConnection keeper)
      : api_(api), options_(std::move(options)), keeper_(std::move(keeper)) {}
  Status check_settings() const;

  const ChdbApi& api_;
  const ChdbOptions options_;
  ChdbConnection keeper_;
};

}  // namespace gapless
