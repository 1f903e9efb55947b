#include "load/log_line.h"

#include <array>
#include <cstring>

#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

/// True for the bytes at which white space may begin: a quick first look, which space_length() confirms.
constexpr std::array<bool, 256> kMayBeSpace = [] {
  std::array<bool, 256> table{};
  for (unsigned byte = 0x09; byte <= 0x0D; ++byte) table[byte] = true;
  for (unsigned byte = 0x1C; byte <= 0x20; ++byte) table[byte] = true;
  for (const unsigned byte : {0xC2u, 0xE1u, 0xE2u, 0xE3u}) table[byte] = true;
  return table;
}();

/// Reads a line from the left. What fails leaves the position where it was.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  const char* position() const { return at_; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  /// Of a length that the compiler knows, so that nothing is called for a character or two.
  template <std::size_t size>
  bool literal(const char (&text)[size]) {
    constexpr std::size_t kLength = size - 1;
    if (rest().size() < kLength || std::memcmp(at_, text, kLength) != 0) return false;
    at_ += kLength;
    return true;
  }

  /// Characters other than white space, then one space.
  bool token(std::string_view& out) {
    const char* p = at_;
    while (p != end_) {
      if (kMayBeSpace[static_cast<unsigned char>(*p)] && space_length({p, static_cast<std::size_t>(end_ - p)}) != 0) {
        break;
      }
      ++p;
    }
    if (p == at_ || p == end_ || *p != ' ') return false;
    out = {at_, static_cast<std::size_t>(p - at_)};
    at_ = p + 1;
    return true;
  }

  /// At least one character other than `stop`, then `stop`.
  bool until(char stop, std::string_view& out) {
    const auto* p = static_cast<const char*>(std::memchr(at_, stop, static_cast<std::size_t>(end_ - at_)));
    if (p == nullptr || p == at_) return false;
    out = {at_, static_cast<std::size_t>(p - at_)};
    at_ = p + 1;
    return true;
  }

  /// What stands between the position, just after a quote, and the next quote that no backslash escapes.
  bool quoted(std::string_view& out) {
    const char* p = at_;
    while ((p = static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end_ - p)))) != nullptr) {
      const char* first_backslash_before = p;
      while (first_backslash_before != at_ && first_backslash_before[-1] == '\\') --first_backslash_before;
      const bool escaped = (p - first_backslash_before) % 2 == 1;
      if (!escaped) {
        out = {at_, static_cast<std::size_t>(p - at_)};
        at_ = p + 1;
        return true;
      }
      ++p;
    }
    return false;
  }

  bool digits() {
    const char* p = at_;
    while (p != end_ && is_digit(*p)) ++p;
    if (p == at_) return false;
    at_ = p;
    return true;
  }

  bool three_digits(int& out) {
    if (end_ - at_ < 3 || !is_digit(at_[0]) || !is_digit(at_[1]) || !is_digit(at_[2])) return false;
    out = (at_[0] - '0') * 100 + (at_[1] - '0') * 10 + (at_[2] - '0');
    at_ += 3;
    return true;
  }

  bool only_space_left() {
    while (const std::size_t length = space_length(rest())) at_ += length;
    return at_ == end_;
  }

 private:
  const char* at_;
  const char* end_;
};

const char* split_from_host(Scanner& scanner, LogLine& parts) {
  std::string_view ident_and_user;
  if (!scanner.token(parts.host) || !scanner.token(ident_and_user) || !scanner.token(ident_and_user)) {
    return "it does not begin with HOST IDENT USER";
  }
  if (!scanner.literal("[") || !scanner.until(']', parts.time)) return "there is no [time] after HOST IDENT USER";
  if (!scanner.literal(" \"") || !scanner.quoted(parts.request)) return "there is no quoted request after the time";
  if (!scanner.literal(" ") || !scanner.three_digits(parts.status) || !scanner.literal(" ")) {
    return "there is no status of three digits after the request";
  }
  if (!scanner.literal("-") && !scanner.digits()) return "there is no byte count after the status";
  parts.has_agent = scanner.literal(" \"");
  if (parts.has_agent) {
    if (!scanner.quoted(parts.referer) || !scanner.literal(" \"") || !scanner.quoted(parts.agent)) {
      return "there is no quoted referer and user agent after the byte count";
    }
  } else {
    parts.referer = parts.agent = {};
  }
  return scanner.only_space_left() ? nullptr : "there is more after its last field";
}

/// Takes "VHOST:PORT " from the front.
bool take_vhost(Scanner& scanner, std::string_view& vhost) {
  std::string_view token;
  if (!scanner.token(token)) return false;
  const std::size_t colon = token.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == token.size()) return false;
  for (const char c : token.substr(colon + 1)) {
    if (!is_digit(c)) return false;
  }
  vhost = token.substr(0, colon);
  return true;
}

}  // namespace

const char* split_log_line(std::string_view line, LogLine& parts) {
  if (line.empty()) return "the line is empty";
  // "a:80" may also be a host, so a line that does not fit with a vhost is tried without.
  Scanner with_vhost(line);
  const char* vhost_problem = nullptr;
  if (take_vhost(with_vhost, parts.vhost)) {
    vhost_problem = split_from_host(with_vhost, parts);
    if (vhost_problem == nullptr) return nullptr;
  }
  parts.vhost = {};
  Scanner scanner(line);
  const char* problem = split_from_host(scanner, parts);
  if (problem != nullptr && vhost_problem != nullptr && with_vhost.position() > scanner.position())
    return vhost_problem;
  return problem;
}

std::string_view unescape(std::string_view quoted, std::string& scratch) {
  if (quoted.empty() || std::memchr(quoted.data(), '\\', quoted.size()) == nullptr) return quoted;
  std::string bytes;
  bytes.reserve(quoted.size());
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\' || i + 1 == quoted.size()) {
      bytes += quoted[i];
    } else if (quoted[i + 1] == 'x' && i + 3 < quoted.size() && is_hex(quoted[i + 2]) && is_hex(quoted[i + 3])) {
      bytes += static_cast<char>(hex_value(quoted[i + 2]) << 4 | hex_value(quoted[i + 3]));
      i += 3;
    } else {
      bytes += quoted[++i];
    }
  }
  if (is_utf8(bytes)) {
    scratch = std::move(bytes);
  } else {
    scratch.clear();
    append_as_utf8(bytes, scratch);
  }
  return scratch;
}

}  // namespace gapless
