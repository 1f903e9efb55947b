#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/settings.h"

namespace gapless {

/// A value that was read, or what it must be, as in "a whole number from 1 to 30".
template <class T>
using ReadValue = tl::expected<T, std::string>;

ReadValue<int> read_whole_number(std::string_view text, int least, int most);
ReadValue<double> read_percentage(std::string_view text);
ReadValue<bool> read_boolean(std::string_view text);
/// "30m", "2200s", "1h30m".
ReadValue<std::chrono::milliseconds> read_span(std::string_view text);
/// The same, or a plain number of seconds, as the original's variables have it.
ReadValue<std::chrono::milliseconds> read_span_or_seconds(std::string_view text);
/// "4GiB", "512MB", "60%", or a number of bytes.
ReadValue<MemoryLimit> read_memory_limit(std::string_view text);
/// "postgresql://user@host/database", libpq's "key=value key=value", or "sqlite:PATH".
ReadValue<TeamSettingsDatabase> read_settings_database(std::string_view text);
/// The first two of them.
ReadValue<std::string> read_postgres_connection(std::string_view text);
/// The same text with *** for every password in it, however badly it is written.
std::string without_passwords(std::string_view text);
/// "table" or "schema.table", and the other names as they are.
ReadValue<SettingsTable> read_settings_table(std::string_view text, SettingsTable others);
/// "table" or "database.table".
ReadValue<SourceTable> read_source_table(std::string_view text);

}  // namespace gapless
