#pragma once

#include <filesystem>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// What an (extended) SQLite result code means here, and what to do about it. `doing` is what was tried, `detail`
/// SQLite's own words.
Error sqlite_error(int code, std::string_view detail, const std::filesystem::path& store, std::string_view doing);

/// The exception that is being handled, as an Error. Only for use inside a catch block.
Error error_of_current_exception(const std::filesystem::path& store, std::string_view doing);

/// "state store '/srv/gapless/state.sqlite': doing: what happened", the beginning of every message of this room.
std::string store_message(const std::filesystem::path& store, std::string_view doing, std::string_view what);

/// What to do with a file that is not, or no longer, a state store.
extern const char* const kReplaceStoreAdvice;

}  // namespace gapless
