#include "engine/chdb/connection.h"

#include "engine/chdb/signal_mask.h"
#include "engine/fault_codes.h"

namespace gapless {
namespace {

/// A statement's parameters as arrays of pointers into it.
class Parameters {
 public:
  explicit Parameters(const Statement& statement) {
    for (const Statement::Parameter& parameter : statement.parameters()) {
      names_.push_back(parameter.name.data());
      name_lengths_.push_back(parameter.name.size());
      values_.push_back(parameter.value.data());
      value_lengths_.push_back(parameter.value.size());
    }
  }

  template <class Function>
  auto call(Function function, chdb_connection connection, const Statement& statement, std::string_view format) const {
    return function(connection, statement.text().data(), statement.text().size(), format.data(), format.size(),
                    names_.data(), name_lengths_.data(), values_.data(), value_lengths_.data(), names_.size());
  }

 private:
  std::vector<const char*> names_;
  std::vector<std::size_t> name_lengths_;
  std::vector<const char*> values_;
  std::vector<std::size_t> value_lengths_;
};

}  // namespace

Status ChdbResult::status() const {
  if (result_ == nullptr) return fail(Fault::kInternal, "chDB gave no result");
  const char* error = api().result_error(result_.get());
  if (error == nullptr || *error == '\0') return {};
  return fail(parse_clickhouse_error(error));
}

std::string_view ChdbResult::bytes() const {
  const char* buffer = api().result_buffer(result_.get());
  return buffer == nullptr ? std::string_view() : std::string_view(buffer, api().result_length(result_.get()));
}

void ChdbResult::add_to(Stats& stats) const {
  stats.rows_read += api().rows_read(result_.get());
  stats.bytes_read += api().bytes_read(result_.get());
  stats.rows_written += api().rows_written(result_.get());
  stats.bytes_written += api().bytes_written(result_.get());
}

Result<ChdbConnection> ChdbConnection::open(const ChdbApi& api, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "clickhouse");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const SignalMask mask;  // the first connection starts the engine's threads
  chdb_connection* const connection = api.connect(static_cast<int>(argv.size()), argv.data());
  if (connection == nullptr) return fail(Fault::kUnavailable, "chDB refused a connection");
  return ChdbConnection(api, connection);
}

ChdbResult ChdbConnection::query(const Statement& statement, std::string_view format) {
  return {api(), Parameters(statement).call(api().query, *connection_, statement, format)};
}

ChdbResult ChdbConnection::stream(const Statement& statement, std::string_view format) {
  return {api(), Parameters(statement).call(api().stream_query, *connection_, statement, format)};
}

ChdbResult ChdbConnection::fetch(const ChdbResult& stream) {
  return {api(), api().stream_fetch(*connection_, stream.get())};
}

void ChdbConnection::cancel(const ChdbResult& stream) { api().stream_cancel(*connection_, stream.get()); }

ChdbConnection::Insert ChdbConnection::insert(const Statement& statement, std::string_view format) {
  return {Parameters(statement).call(api().insert, *connection_, statement, format), ChdbDeleter{&api()}};
}

}  // namespace gapless
