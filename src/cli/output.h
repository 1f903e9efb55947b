#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "cli/json.h"
#include "cli/settings.h"
#include "core/error.h"

namespace gapless {

/// What a command says: its result on standard output, as text or as one JSON document, everything else on standard
/// error.
class Output {
 public:
  struct Options {
    OutputFormat format = OutputFormat::kText;
    Verbosity verbosity = Verbosity::kNormal;
    bool coloured = false;
    std::size_t width = 80;  ///< of the terminal that standard output is
  };
  /// File and console must outlive it.
  Output(std::FILE* file, Console& console, Options options) : file_(file), console_(console), options_(options) {}

  bool is_json() const { return options_.format == OutputFormat::kJson; }
  bool is_quiet() const { return options_.verbosity == Verbosity::kQuiet; }
  bool is_verbose() const { return options_.verbosity == Verbosity::kVerbose; }
  std::size_t width() const { return options_.width; }
  Style style() const { return options_.coloured ? Style::coloured() : Style::plain(); }
  Console& console() { return console_; }

  /// The result for a person; nothing where JSON is asked for.
  void text(std::string_view text);
  /// The result for a program; nothing where text is asked for.
  void document(const Json& document);
  /// Bytes as they are, whatever the format. Errors: as finish().
  Status raw(std::string_view bytes);

  /// "note: …" and "warning: …" on standard error; a note is left out under --quiet.
  void note(std::string_view text);
  void warning(std::string_view text);
  /// "error: …" on standard error, in one line.
  void error(std::string_view text);

  /// Writes out what is buffered. Errors: kUnavailable where anything could not be written; broken_pipe() then says
  /// whether only because nobody reads any more.
  Status finish();
  bool broken_pipe() const { return broken_pipe_; }

 private:
  void write(std::string_view bytes);

  std::FILE* const file_;
  Console& console_;
  const Options options_;
  int error_ = 0;
  bool broken_pipe_ = false;
};

}  // namespace gapless
