#include "core/secret_file.h"

#include <fmt/format.h>

#include <fstream>

namespace gapless {

Result<std::string> read_secret_file(const std::filesystem::path& file, std::string_view setting) {
  std::ifstream stream(file);
  std::string line;
  if (!stream)
    return fail(Fault::kUnavailable, fmt::format("the file {} cannot be read; correct {}", file.string(), setting));
  std::getline(stream, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    return fail(Fault::kUnavailable,
                fmt::format("the first line of {} is empty; it is to be the password ({})", file.string(), setting));
  return line;
}

}  // namespace gapless
