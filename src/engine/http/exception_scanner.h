#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// Tells a reply's output from an exception that the server appends to it, after it has said 200. Three framings:
/// between "__exception__" lines with the tag that the head announced (25.11 and newer), where nothing else is an
/// exception; the same without a tag; and before that, the plain text, "Code: 395. DB::Exception: … (NAME) …", to the
/// end of the body. Without a tag, output that ends in such a text is taken for an exception, too: better an error for
/// whole rows than none for a part of them.
class ExceptionScanner {
 public:
  using Sink = std::function<Status(std::string_view)>;

  explicit ExceptionScanner(std::string_view tag);

  /// Takes the next bytes of the body, split anywhere; hands on what cannot be part of an exception. Errors: the
  /// sink's.
  Status take(std::string_view bytes, const Sink& sink);
  /// After the last byte: the exception's text, or none, and then the sink has had all bytes. Errors: the sink's.
  Result<std::optional<std::string>> finish(const Sink& sink);

 private:
  std::size_t next_candidate(std::size_t from) const;
  bool is_whole_candidate(std::size_t at) const;
  std::optional<std::string> exception_at(std::size_t at) const;
  Status hand_on(std::size_t count, const Sink& sink);

  const bool tagged_;
  const std::string marker_;  // what a framed exception begins with
  std::string held_;          // not handed on; begins with a candidate unless it is empty
};

}  // namespace gapless
