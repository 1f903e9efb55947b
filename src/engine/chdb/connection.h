#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "engine/chdb/api.h"
#include "engine/engine.h"
#include "engine/statement.h"

namespace gapless {

/// The format that Rows reads.
inline constexpr std::string_view kRowsFormat = "TabSeparatedWithNamesAndTypes";

/// Gives what libchdb made back to it.
struct ChdbDeleter {
  const ChdbApi* api;
  void operator()(chdb_connection* connection) const { api->close_connection(connection); }
  void operator()(chdb_result* result) const { api->destroy_result(result); }
  void operator()(chdb_insert_stream_* stream) const { api->destroy_insert(stream); }
};

/// The outcome of a statement, or a piece of it.
class ChdbResult {
 public:
  ChdbResult(const ChdbApi& api, chdb_result* result) : result_(result, ChdbDeleter{&api}) {}

  /// The statement's error, as parse_clickhouse_error reads it.
  Status status() const;
  /// Its output; valid while this lives.
  std::string_view bytes() const;
  /// Rows in the output.
  std::uint64_t rows() const { return api().result_rows(result_.get()); }
  void add_to(Stats& stats) const;
  chdb_result* get() const { return result_.get(); }

 private:
  const ChdbApi& api() const { return *result_.get_deleter().api; }
  std::unique_ptr<chdb_result, ChdbDeleter> result_;
};

/// A connection to the engine in this process, for one thread at a time. An error can leave output in it that the next
/// statement's result begins with, so that it must not be used after one. Closing it waits for its statement.
class ChdbConnection {
 public:
  /// Arguments are of the form --name=value. Errors: kUnavailable where it is refused; chDB says why on standard error.
  static Result<ChdbConnection> open(const ChdbApi& api, std::vector<std::string> arguments);

  ChdbResult query(const Statement& statement, std::string_view format);

  /// Begins a query whose output is fetched piece by piece; a piece with neither rows nor bytes is the end.
  ChdbResult stream(const Statement& statement, std::string_view format);
  ChdbResult fetch(const ChdbResult& stream);
  void cancel(const ChdbResult& stream);

  using Insert = std::unique_ptr<chdb_insert_stream_, ChdbDeleter>;
  /// Begins an INSERT; destroyed before it is done, it cancels. Its handle is never null.
  Insert insert(const Statement& statement, std::string_view format);

  const ChdbApi& api() const { return *connection_.get_deleter().api; }

 private:
  ChdbConnection(const ChdbApi& api, chdb_connection* connection) : connection_(connection, ChdbDeleter{&api}) {}
  std::unique_ptr<chdb_connection, ChdbDeleter> connection_;
};

}  // namespace gapless
