#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// The first line of a file, which holds a password. Errors: kUnavailable where it cannot be read or is empty, naming the
/// file and the setting that names it.
Result<std::string> read_secret_file(const std::filesystem::path& file, std::string_view setting);

}  // namespace gapless
