#pragma once

#include <filesystem>
#include <optional>

#include "core/error.h"

namespace gapless {

/// Makes the directory where it is missing, and returns its absolute path. What chDB would only print to standard error is
/// found out here. Errors: kInvalidInput where it is not a directory, or cannot be made or written; kConflict, naming the
/// process that uses it.
Result<std::filesystem::path> prepare_data_directory(const std::filesystem::path& directory);

/// kConflict, naming the process, where one has chDB open on the directory, this one included. None where it is free.
std::optional<Error> data_directory_in_use(const std::filesystem::path& directory);

}  // namespace gapless
