#include "http/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "util/ascii.h"

namespace gapless::http {
namespace {

constexpr std::size_t kLineEnd = 2;
constexpr std::size_t kLongestSize = 8;  // hexadecimal digits

}  // namespace

/// True where a chunk has begun.
OrRefusal<bool> ChunkedBody::take_size(std::string& bytes) {
  const std::size_t digits =
      std::min<std::size_t>(std::ranges::find_if_not(bytes, is_hex) - bytes.begin(), bytes.size());
  const std::string_view rest = std::string_view(bytes).substr(digits);
  if (digits > kLongestSize || (!rest.empty() && digits == 0) ||
      !std::string_view("\r\n").starts_with(rest.substr(0, kLineEnd)))
    return refuse(400, "a chunk of the body begins with its size in hexadecimal digits and nothing else");
  if (rest.size() < kLineEnd) return false;
  std::size_t size = 0;
  std::from_chars(bytes.data(), bytes.data() + digits, size, 16);
  if (size > most_ - body_.size()) return refuse(413, fmt::format("the body is larger than {} bytes", most_));
  bytes.erase(0, digits + kLineEnd);
  is_last_ = size == 0;
  left_ = size + kLineEnd;
  return true;
}

OrRefusal<bool> ChunkedBody::take(std::string& bytes) {
  while (true) {
    if (left_ == 0) {
      const auto begun = take_size(bytes);
      if (!begun) return tl::unexpected<Refusal>(begun.error());
      if (!*begun) return false;
    }
    if (left_ > kLineEnd) {
      const std::size_t size = std::min(left_ - kLineEnd, bytes.size());
      body_.append(bytes, 0, size);
      bytes.erase(0, size);
      left_ -= size;
    }
    if (left_ > kLineEnd || bytes.size() < kLineEnd) return false;
    if (!bytes.starts_with("\r\n")) return refuse(400, "a chunk of the body does not end where it should");
    bytes.erase(0, kLineEnd);
    left_ = 0;
    if (is_last_) return true;
  }
}

}  // namespace gapless::http
