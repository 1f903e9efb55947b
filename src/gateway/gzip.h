#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

struct z_stream_s;

namespace gapless::gateway {

/// Packs a reply piece by piece.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// What is ready to go out; may be empty.
  std::string add(std::string_view bytes) { return run(bytes, false); }
  /// The rest, after `bytes`.
  std::string finish(std::string_view bytes = {}) { return run(bytes, true); }

 private:
  std::string run(std::string_view bytes, bool is_last);
  std::unique_ptr<z_stream_s> stream_;
};

/// Errors: kInvalidInput for what is not gzip, or is cut off; kOverload beyond `most` bytes.
Result<std::string> gunzipped(std::string_view packed, std::size_t most);

}  // namespace gapless::gateway
