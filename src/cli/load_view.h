#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"
#include "core/error.h"
#include "load/loader.h"

namespace gapless {

struct LoadedFile {
  std::string path;
  Result<LoadReport> report;
};

/// What one file brought, and what became of the lines that did not become events; nothing for a file that failed.
std::string loaded_file_text(const LoadedFile& file, const Style& style);
/// The sum of all, and the command to go on with (none where it is empty).
std::string loaded_files_text(const std::vector<LoadedFile>& files, double seconds, const std::string& next_command);
Json loaded_files_json(const std::vector<LoadedFile>& files);

}  // namespace gapless
