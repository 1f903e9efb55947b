#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/style.h"

namespace gapless {

/// Standard error: lines that stay, and on a terminal one line below them that changes (progress). Thread-safe, so that
/// log, progress and warnings do not write into each other.
class Console {
 public:
  struct Options {
    bool terminal = false;
    bool coloured = false;
    std::size_t width = 80;
  };
  /// The file must outlive it.
  Console(std::FILE* file, Options options) : file_(file), options_(options) {}
  ~Console() { clear(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool is_terminal() const { return options_.terminal; }
  std::size_t width() const { return options_.width; }
  Style style() const { return options_.coloured ? Style::coloured() : Style::plain(); }

  /// Writes a line, without its line feed.
  void line(std::string_view text);
  /// Replaces the changing line; nothing happens where there is no terminal. Cut to the terminal's width.
  void show(std::string_view text);
  /// Takes the changing line away.
  void clear();

 private:
  void erase_shown();
  void write(std::string_view text);

  std::FILE* const file_;
  const Options options_;
  std::mutex mutex_;
  std::string shown_;
};

}  // namespace gapless
