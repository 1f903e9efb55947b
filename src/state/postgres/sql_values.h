#pragma once

#include <fmt/format.h>

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "state/postgres/text_value.h"
#include "state/stored_values.h"

namespace gapless {

// Binds and reads the values of our types, all as text. PostgreSQL's integers are signed: counts go in and come back by
// two's complement.

inline std::string to_parameter(std::string_view value) { return storable(value); }
struct Bytes {
  std::string_view bytes;
};
inline std::string to_parameter(Bytes value) { return to_bytea(value.bytes); }
inline std::string to_parameter(std::int64_t value) { return std::to_string(value); }
inline std::string to_parameter(std::uint64_t value) { return std::to_string(static_cast<std::int64_t>(value)); }
inline std::string to_parameter(std::uint32_t value) { return std::to_string(value); }
inline std::string to_parameter(double value) { return fmt::format("{}", value); }
inline std::string to_parameter(Day value) { return value.to_string(); }
inline std::string to_parameter(Instant value) { return std::to_string(to_micros(value)); }
inline std::string to_parameter(std::chrono::milliseconds value) { return std::to_string(value.count()); }
/// Empty for none: NULLIF($1, '') in the statement.
inline std::string to_parameter(const std::optional<Instant>& value) { return value ? to_parameter(*value) : ""; }

inline std::string_view read_raw(const pqxx::row& row, int column) { return {row[column].c_str(), row[column].size()}; }
inline std::string read_text(const pqxx::row& row, int column) { return restored(read_raw(row, column)); }
inline std::int64_t read_signed(const pqxx::row& row, int column) { return row[column].as<std::int64_t>(); }
inline std::uint64_t read_count(const pqxx::row& row, int column) {
  return static_cast<std::uint64_t>(read_signed(row, column));
}
inline Instant read_instant(const pqxx::row& row, int column) { return from_micros(read_signed(row, column)); }
/// From the three columns shard, day, bucket.
inline Result<Partition> read_partition(const pqxx::row& row, int first_column) {
  return read_partition(static_cast<std::uint32_t>(read_count(row, first_column)), read_raw(row, first_column + 1),
                        static_cast<std::uint32_t>(read_count(row, first_column + 2)));
}

}  // namespace gapless
