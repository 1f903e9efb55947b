#include "cli/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace gapless {

void Output::text(std::string_view text) {
  if (!is_json()) write(text);
}

void Output::document(const Json& document) {
  if (is_json()) write(to_text(document));
}

Status Output::raw(std::string_view bytes) {
  write(bytes);
  return error_ == 0 ? Status() : finish();
}

void Output::note(std::string_view text) {
  if (!is_quiet()) console_.line(console_.style().paint(Tone::kNotice, "note: ") + std::string(text));
}

void Output::warning(std::string_view text) {
  console_.line(console_.style().paint(Tone::kWarn, "warning: ") + std::string(text));
}

void Output::error(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  console_.line(console_.style().paint(Tone::kBad, "error: ") + line);
}

void Output::write(std::string_view bytes) {
  if (bytes.empty() || error_ != 0) return;
  console_.clear();
  errno = 0;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) error_ = errno;
}

Status Output::finish() {
  errno = 0;
  if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
  if (error_ == 0) return {};
  broken_pipe_ = error_ == EPIPE;
  return fail(Fault::kUnavailable,
              fmt::format("standard output cannot be written: {}", std::generic_category().message(error_)));
}

}  // namespace gapless
