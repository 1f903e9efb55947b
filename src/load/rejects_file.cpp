#include "load/rejects_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "load/descriptor.h"

namespace gapless {
namespace {

bool is_same_file(const struct stat& a, const std::string& input, const Workplace& workplace) {
  struct stat b {};
  const int result =
      input == "-" ? ::fstat(workplace.standard_input, &b) : ::stat(workplace.resolve(input).c_str(), &b);
  return result == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino && S_ISREG(b.st_mode);
}

}  // namespace

Result<RejectsFile> RejectsFile::create(const std::string& path, std::span<const std::string> inputs,
                                        const Workplace& workplace) {
  const std::filesystem::path place = workplace.resolve(path);
  struct stat existing {};
  if (::stat(place.c_str(), &existing) == 0) {
    for (const std::string& input : inputs) {
      if (!is_same_file(existing, input, workplace)) continue;
      return fail(Fault::kInvalidInput,
                  fmt::format("{} is a file to load; give --rejects another name, since it is overwritten", path));
    }
  }
  std::FILE* file = std::fopen(place.c_str(), "we");
  if (file == nullptr) {
    return fail(Fault::kInvalidInput,
                fmt::format("cannot write rejected lines to {}: {}; give --rejects a file that can be written", path,
                            reason_of(errno)));
  }
  return RejectsFile(path, file);
}

// What goes wrong here stays noted in the stream's error indicator until flush().
void RejectsFile::write(std::string_view piece) {
  if (!piece.empty()) std::fwrite(piece.data(), 1, piece.size(), file_.get());
}

Status RejectsFile::flush() {
  errno = 0;
  if (std::fflush(file_.get()) == 0 && std::ferror(file_.get()) == 0) return {};
  return fail(Fault::kUnavailable, fmt::format("cannot write rejected lines to {}: {}", path_,
                                               errno == 0 ? "an earlier write failed" : reason_of(errno)));
}

}  // namespace gapless
