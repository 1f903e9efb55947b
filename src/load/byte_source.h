#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/error.h"
#include "util/workplace.h"

namespace gapless {

/// The bytes of a file or of standard input, unpacked where they are gzip. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills the front of `into` and says how much, 0 at the end; waits until there is something. Errors: kUnavailable
  /// where reading fails, kCorrupt where gzip data is damaged or ends early, kCancelled once a stop is requested.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
  /// Bytes of the file read so far, as they are stored.
  virtual std::uint64_t bytes_read() const = 0;
  /// Bytes that the file has, as they are stored; nothing for a pipe.
  virtual std::optional<std::uint64_t> bytes_total() const = 0;
};

/// "-" is standard input; gzip is known by its first bytes, whatever the name. Errors: kInvalidInput where there is no
/// such file, it is a directory or may not be read; and those of read().
Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const Workplace& workplace,
                                               std::stop_token stop);

/// "standard input" for "-", else the path: as messages name it.
std::string shown_path(const std::string& path);

}  // namespace gapless
