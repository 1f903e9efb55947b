#include "cli/console.h"

#include "cli/wording.h"

namespace gapless {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[2K";

/// The text's first `width` columns. It must be without colours.
std::string_view cut(std::string_view text, std::size_t width) {
  const auto is_continuation = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
  while (display_width(text) > width) {
    while (is_continuation(text.back())) text.remove_suffix(1);
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

void Console::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  erase_shown();
  write(std::string(text) + "\n");
  write(shown_);
}

void Console::show(std::string_view text) {
  if (!options_.terminal) return;
  const std::lock_guard lock(mutex_);
  erase_shown();
  shown_ = cut(text, options_.width > 0 ? options_.width - 1 : 0);
  write(shown_);
}

void Console::clear() {
  const std::lock_guard lock(mutex_);
  erase_shown();
  shown_.clear();
}

void Console::erase_shown() {
  if (!shown_.empty()) write(kEraseLine);
}

// Nothing can be told to anybody where standard error is gone.
void Console::write(std::string_view text) {
  if (text.empty()) return;
  std::fwrite(text.data(), 1, text.size(), file_);
  std::fflush(file_);
}

}  // namespace gapless
