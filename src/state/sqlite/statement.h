#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string_view>

#include "state/stored_values.h"

namespace gapless {

// Binds and reads the values of our types. SQLite's integers are signed: counts go in and come back by two's
// complement.

inline void bind_value(SQLite::Statement& s, int index, std::string_view value) { s.bind(index, std::string(value)); }
struct Blob {
  std::string_view bytes;
};
inline void bind_value(SQLite::Statement& s, int index, Blob value) {
  s.bind(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
}
inline void bind_value(SQLite::Statement& s, int index, std::int64_t value) { s.bind(index, value); }
inline void bind_value(SQLite::Statement& s, int index, std::uint64_t value) {
  s.bind(index, static_cast<std::int64_t>(value));
}
inline void bind_value(SQLite::Statement& s, int index, std::uint32_t value) { s.bind(index, value); }
inline void bind_value(SQLite::Statement& s, int index, double value) { s.bind(index, value); }
inline void bind_value(SQLite::Statement& s, int index, Day value) { s.bind(index, value.to_string()); }
inline void bind_value(SQLite::Statement& s, int index, Instant value) { s.bind(index, to_micros(value)); }
inline void bind_value(SQLite::Statement& s, int index, std::optional<Instant> value) {
  if (value) {
    s.bind(index, to_micros(*value));
  } else {
    s.bind(index);
  }
}

/// The statement with its placeholders bound in order. Prepared anew each time: what costs is the sync, not the parse.
template <class... Values>
SQLite::Statement statement(const SQLite::Database& database, const char* text, const Values&... values) {
  SQLite::Statement prepared(database, text);
  int index = 0;
  (bind_value(prepared, ++index, values), ...);
  return prepared;
}

inline std::uint64_t read_count(SQLite::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

inline std::string read_blob(SQLite::Statement& row, int column) {
  const SQLite::Column value = row.getColumn(column);
  return {static_cast<const char*>(value.getBlob()), static_cast<std::size_t>(value.getBytes())};
}

/// From the three columns shard, day, bucket. Error kCorrupt for a day that is none.
inline Result<Partition> read_partition(SQLite::Statement& row, int first_column) {
  return read_partition(row.getColumn(first_column).getUInt(), row.getColumn(first_column + 1).getString(),
                        row.getColumn(first_column + 2).getUInt());
}

}  // namespace gapless
