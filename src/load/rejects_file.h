#pragma once

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "util/workplace.h"

namespace gapless {

/// Where rejected lines are kept, as they were, each with "\n" after it. One for all files of a load. Not thread-safe.
class RejectsFile {
 public:
  /// Creates or empties the file. Errors: kInvalidInput where it cannot be written, or is itself one of the files to be
  /// loaded ("-" is standard input), which emptying it would destroy.
  static Result<RejectsFile> create(const std::string& path, std::span<const std::string> inputs,
                                    const Workplace& workplace);

  void write(std::string_view piece);
  void end_line() { write("\n"); }
  /// Errors: kUnavailable where this or an earlier write failed, as on a full disk.
  Status flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  RejectsFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace gapless
