#pragma once

#include <cstddef>
#include <string>

#include "http/refusal.h"

namespace gapless::http {

/// Takes a chunked body apart as it comes. Strict: no extensions, no trailers.
class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t most) : most_(most) {}

  /// Takes from the front of `bytes` what belongs to the body. True once that was all of it. Refusals: 400 where it is
  /// no chunked body, 413 where it is larger than the most.
  OrRefusal<bool> take(std::string& bytes);
  std::string& body() { return body_; }

 private:
  OrRefusal<bool> take_size(std::string& bytes);

  std::size_t most_;
  std::string body_;
  std::size_t left_ = 0;  ///< of this chunk, its line end included
  bool is_last_ = false;
};

}  // namespace gapless::http
