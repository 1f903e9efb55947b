#include "engine/chdb/insert_stream.h"

#include "engine/fault_codes.h"

namespace gapless {

Result<std::unique_ptr<InsertStream>> ChdbInsertStream::open(RunningStatement running, const Statement& statement,
                                                             std::string_view format) {
  ChdbConnection::Insert handle = running.connection().insert(statement, format);
  std::unique_ptr<ChdbInsertStream> stream(new ChdbInsertStream(std::move(running), std::move(handle)));
  GAPLESS_TRY(stream->status());
  return stream;
}

ChdbInsertStream::ChdbInsertStream(RunningStatement running, ChdbConnection::Insert stream)
    : running_(std::move(running)), stream_(std::move(stream)) {}

Status ChdbInsertStream::append(std::string_view bytes) {
  GAPLESS_TRY(usable());
  if (bytes.empty()) return {};
  const ChdbApi& api = running_.connection().api();
  if (api.insert_append(stream_.get(), bytes.data(), bytes.size()) == CHDBSuccess) return {};
  GAPLESS_TRY(status());
  return failed({Fault::kInternal, 0, "chDB took no rows and did not say why"});
}

Result<Stats> ChdbInsertStream::finish() {
  GAPLESS_TRY(usable());
  GAPLESS_TRY(status());  // chdb_stream_done would answer a failed stream with "already finalized"
  finished_ = true;
  const ChdbApi& api = running_.connection().api();
  const ChdbResult result(api, api.insert_done(stream_.get()));
  if (const Status done = result.status(); !done) return failed(done.error());
  Stats stats;
  result.add_to(stats);
  stats.elapsed = running_.elapsed();
  return stats;
}

/// Errors: the one that ended the stream, in every call after it; kCancelled and kTimeout, which end it.
Status ChdbInsertStream::usable() {
  if (error_) return fail(*error_);
  if (finished_) return fail(Fault::kInternal, "the insert stream is finished");
  const Status interrupted = running_.interrupted();
  if (interrupted) return {};
  running_.connection().api().insert_cancel(stream_.get());
  return failed(interrupted.error());
}

Status ChdbInsertStream::status() {
  const char* error = running_.connection().api().insert_error(stream_.get());
  if (error == nullptr || *error == '\0') return {};
  return failed(parse_clickhouse_error(error));
}

tl::unexpected<Error> ChdbInsertStream::failed(Error error) {
  error_ = running_.instance().located(std::move(error));
  return fail(*error_);
}

}  // namespace gapless
