#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "load/byte_source.h"

namespace gapless {

/// What an errno says, in words.
std::string reason_of(int error);

/// An open file: gives the descriptor back when it goes, unless it is standard input.
class Descriptor {
 public:
  static Result<Descriptor> open_for_reading(const std::string& path, const Workplace& workplace);

  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) = delete;
  ~Descriptor();

  /// As ByteSource::read.
  Result<std::size_t> read(std::span<char> into, const std::stop_token& stop);
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::optional<std::uint64_t> bytes_total() const { return bytes_total_; }
  const std::string& name() const { return name_; }

 private:
  Descriptor(int fd, bool owned, std::string name) : fd_(fd), owned_(owned), name_(std::move(name)) {}
  /// Errors: kInvalidInput for a directory.
  Status look();
  Status wait(const std::stop_token& stop) const;

  int fd_;
  bool owned_;
  bool may_wait_ = false;  ///< a pipe, a terminal or a socket
  std::string name_;
  std::uint64_t bytes_read_ = 0;
  std::optional<std::uint64_t> bytes_total_;
};

}  // namespace gapless
