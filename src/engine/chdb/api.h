// The C interface of libchdb.so, as far as gapless uses it: declarations only, bound at run time by library.h. No header
// comes with the library; these agree with programs/local/chdb.h of chdb-io/chdb (Apache-2.0) at version 26.7.3.
#pragma once

#include <cstddef>
#include <cstdint>

// NOLINTBEGIN(readability-identifier-naming): the library's names.
extern "C" {

struct chdb_connection_ {
  void* internal_data;
};
using chdb_connection = chdb_connection_*;

struct chdb_result {
  void* internal_data;
};

struct chdb_insert_stream_ {
  void* internal_data;
};
using chdb_insert_stream = chdb_insert_stream_*;

enum chdb_state { CHDBSuccess = 0, CHDBError = 1 };

const char* chdb_version();
void chdb_set_signal_handlers_enabled(int enabled);

// NULL where the connection is refused; the reason is on standard error alone.
chdb_connection* chdb_connect(int argc, char** argv);
void chdb_close_conn(chdb_connection* connection);

chdb_result* chdb_query_with_params_n(chdb_connection connection, const char* query, std::size_t query_length,
                                      const char* format, std::size_t format_length, const char* const* names,
                                      const std::size_t* name_lengths, const char* const* values,
                                      const std::size_t* value_lengths, std::size_t count);
chdb_result* chdb_stream_query_with_params_n(chdb_connection connection, const char* query, std::size_t query_length,
                                             const char* format, std::size_t format_length, const char* const* names,
                                             const std::size_t* name_lengths, const char* const* values,
                                             const std::size_t* value_lengths, std::size_t count);
chdb_result* chdb_stream_fetch_result(chdb_connection connection, chdb_result* stream);
void chdb_stream_cancel_query(chdb_connection connection, chdb_result* stream);
void chdb_destroy_query_result(chdb_result* result);

chdb_insert_stream chdb_stream_insert_with_params_n(chdb_connection connection, const char* query,
                                                    std::size_t query_length, const char* format,
                                                    std::size_t format_length, const char* const* names,
                                                    const std::size_t* name_lengths, const char* const* values,
                                                    const std::size_t* value_lengths, std::size_t count);
chdb_state chdb_stream_append(chdb_insert_stream stream, const void* data, std::size_t length);
chdb_result* chdb_stream_done(chdb_insert_stream stream);
void chdb_stream_cancel_insert(chdb_insert_stream stream);
const char* chdb_stream_insert_error(chdb_insert_stream stream);
void chdb_destroy_insert_stream(chdb_insert_stream stream);

char* chdb_result_buffer(chdb_result* result);
std::size_t chdb_result_length(chdb_result* result);
const char* chdb_result_error(chdb_result* result);
std::uint64_t chdb_result_rows_read(chdb_result* result);  // rows of the result, not of the tables
std::uint64_t chdb_result_storage_rows_read(chdb_result* result);
std::uint64_t chdb_result_storage_bytes_read(chdb_result* result);
std::uint64_t chdb_result_rows_written(chdb_result* result);
std::uint64_t chdb_result_bytes_written(chdb_result* result);

}  // extern "C"
// NOLINTEND(readability-identifier-naming)

namespace gapless {

/// The functions above, as the loaded library has them.
struct ChdbApi {
  decltype(&chdb_version) version = nullptr;
  decltype(&chdb_set_signal_handlers_enabled) set_signal_handlers_enabled = nullptr;
  decltype(&chdb_connect) connect = nullptr;
  decltype(&chdb_close_conn) close_connection = nullptr;
  decltype(&chdb_query_with_params_n) query = nullptr;
  decltype(&chdb_stream_query_with_params_n) stream_query = nullptr;
  decltype(&chdb_stream_fetch_result) stream_fetch = nullptr;
  decltype(&chdb_stream_cancel_query) stream_cancel = nullptr;
  decltype(&chdb_destroy_query_result) destroy_result = nullptr;
  decltype(&chdb_stream_insert_with_params_n) insert = nullptr;
  decltype(&chdb_stream_append) insert_append = nullptr;
  decltype(&chdb_stream_done) insert_done = nullptr;
  decltype(&chdb_stream_cancel_insert) insert_cancel = nullptr;
  decltype(&chdb_stream_insert_error) insert_error = nullptr;
  decltype(&chdb_destroy_insert_stream) destroy_insert = nullptr;
  decltype(&chdb_result_buffer) result_buffer = nullptr;
  decltype(&chdb_result_length) result_length = nullptr;
  decltype(&chdb_result_error) result_error = nullptr;
  decltype(&chdb_result_rows_read) result_rows = nullptr;
  decltype(&chdb_result_storage_rows_read) rows_read = nullptr;
  decltype(&chdb_result_storage_bytes_read) bytes_read = nullptr;
  decltype(&chdb_result_rows_written) rows_written = nullptr;
  decltype(&chdb_result_bytes_written) bytes_written = nullptr;
};

}  // namespace gapless
