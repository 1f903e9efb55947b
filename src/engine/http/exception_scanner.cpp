#include "engine/http/exception_scanner.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::string_view kPlainPrefix = "Code: ";
constexpr std::string_view kPlainType = ". DB::";
constexpr std::size_t kMostDigits = 5;
// ClickHouse bounds a framed exception at 16 KiB.
constexpr std::size_t kLongestException = std::size_t{64} << 10U;

enum class Match { kNo, kSoFar, kWhole };

/// Whether the text begins with the prefix, or might, were there more of it.
Match begins_with(std::string_view text, std::string_view prefix) {
  if (text.starts_with(prefix)) return Match::kWhole;
  return prefix.starts_with(text) ? Match::kSoFar : Match::kNo;
}

/// "Code: 395. DB::"
Match begins_plainly(std::string_view text) {
  if (const Match prefix = begins_with(text, kPlainPrefix); prefix != Match::kWhole) return prefix;
  text.remove_prefix(kPlainPrefix.size());
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits > kMostDigits || (digits == 0 && !text.empty())) return Match::kNo;
  return begins_with(text.substr(digits), kPlainType);
}

/// Without "\r\n<length> <tag>\r\n__exception__\r\n" at its end, where it is there.
std::string_view without_closing(std::string_view text) {
  const std::size_t closing = text.rfind("\r\n__exception__");
  if (closing == std::string_view::npos) return text;
  text = text.substr(0, closing);
  const std::size_t line = text.rfind("\r\n");
  const bool counted = line != std::string_view::npos && line + 2 < text.size() && is_digit(text[line + 2]);
  return counted ? text.substr(0, line) : text;
}

}  // namespace

ExceptionScanner::ExceptionScanner(std::string_view tag)
    : tagged_(!tag.empty()),
      marker_(tagged_ ? fmt::format("\r\n__exception__\r\n{}\r\n", tag) : std::string("\r\n__exception__\r\n")) {}

Status ExceptionScanner::take(std::string_view bytes, const Sink& sink) {
  held_ += bytes;
  std::size_t candidate = next_candidate(0);
  while (candidate < held_.size() && held_.size() - candidate > kLongestException) {
    if (tagged_ && is_whole_candidate(candidate)) {  // certain: its end is of no interest
      held_.resize(candidate + kLongestException);
      break;
    }
    candidate = next_candidate(candidate + 1);
  }
  return hand_on(candidate, sink);
}

Result<std::optional<std::string>> ExceptionScanner::finish(const Sink& sink) {
  for (std::size_t at = next_candidate(0); at < held_.size(); at = next_candidate(at + 1)) {
    auto text = exception_at(at);
    if (!text) continue;
    GAPLESS_TRY(hand_on(at, sink));
    return text;
  }
  GAPLESS_TRY(hand_on(held_.size(), sink));
  return std::nullopt;
}

/// Where an exception may begin: there is its beginning, or as much of it as has come. The end where there is none.
std::size_t ExceptionScanner::next_candidate(std::size_t from) const {
  const std::string_view held = held_;
  const std::string_view firsts = tagged_ ? "\r" : "\rC";
  for (std::size_t at = held.find_first_of(firsts, from); at < held.size(); at = held.find_first_of(firsts, at + 1)) {
    const std::string_view rest = held.substr(at);
    if (begins_with(rest, marker_) != Match::kNo) return at;
    if (!tagged_ && begins_plainly(rest) != Match::kNo) return at;
  }
  return held.size();
}

bool ExceptionScanner::is_whole_candidate(std::size_t at) const {
  const std::string_view rest = std::string_view(held_).substr(at);
  return begins_with(rest, marker_) == Match::kWhole || (!tagged_ && begins_plainly(rest) == Match::kWhole);
}

std::optional<std::string> ExceptionScanner::exception_at(std::size_t at) const {
  std::string_view rest = std::string_view(held_).substr(at);
  const bool framed = rest.starts_with(marker_);
  if (framed) rest.remove_prefix(marker_.size());
  if (tagged_ && !framed) return std::nullopt;
  const std::string_view text = trimmed(without_closing(rest), " \r\n");
  if (tagged_) return std::string(text);
  if (begins_plainly(text) != Match::kWhole) return std::nullopt;
  // All that ClickHouse says ends with the name of the error or its own version, in parentheses.
  if (!framed && !trimmed(text, ".").ends_with(')')) return std::nullopt;
  return std::string(text);
}

Status ExceptionScanner::hand_on(std::size_t count, const Sink& sink) {
  if (count == 0) return {};
  const Status taken = sink(std::string_view(held_).substr(0, count));
  held_.erase(0, count);
  return taken;
}

}  // namespace gapless
