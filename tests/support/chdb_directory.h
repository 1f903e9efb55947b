#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace gapless::testing_support {

/// A new directory for chDB, gone with its owner.
class ChdbDirectory {
 public:
  ChdbDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "gapless-chdb-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~ChdbDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ChdbDirectory(const ChdbDirectory&) = delete;
  ChdbDirectory& operator=(const ChdbDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace gapless::testing_support
