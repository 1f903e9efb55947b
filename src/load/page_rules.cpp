#include "load/page_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "load/text_matcher.h"
#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::size_t kLongestExtension = 5;

/// A short text as one number, its ASCII letters in lower case; the 1 before it tells how long it is.
constexpr std::uint64_t packed(std::string_view text) {
  std::uint64_t number = 1;
  for (const char c : text) number = number << 8 | static_cast<unsigned char>(ascii_lower(c));
  return number;
}

constexpr auto kAssetExtensions = [] {
  std::array<std::uint64_t, 42> extensions{};
  std::ranges::transform(
      std::array<std::string_view, extensions.size()>{
          "avi",  "bmp", "css", "doc", "docx", "eot", "exe",  "gif",  "gz",   "ico",   "jar", "jpeg", "jpg", "js",
          "json", "map", "mov", "mp3", "mp4",  "mpg", "otf",  "pdf",  "png",  "ppt",   "ps",  "rar",  "rss", "svg",
          "swf",  "tar", "tgz", "ttf", "txt",  "wav", "webm", "webp", "woff", "woff2", "xls", "xml",  "z",   "zip"},
      extensions.begin(), packed);
  std::ranges::sort(extensions);
  return extensions;
}();

const TextMatcher& bot_words() {
  static const TextMatcher kWords(std::vector<std::string>{
      "bot",           "crawl",   "spider",  "slurp",   "archiver",   "wget",   "curl/",
      "libwww",        "python",  "java/",   "perl",    "httpclient", "okhttp", "go-http",
      "feed",          "rss",     "monitor", "pingdom", "check_http", "scan",   "facebookexternalhit",
      "mediapartners", "headless"});
  return kWords;
}

}  // namespace

bool is_asset(std::string_view path) {
  const std::string_view end = path.substr(path.size() - std::min(path.size(), kLongestExtension + 1));
  const std::size_t dot = end.rfind('.');
  return dot != std::string_view::npos && std::ranges::binary_search(kAssetExtensions, packed(end.substr(dot + 1)));
}

bool is_bot(std::string_view user_agent) {
  return user_agent.empty() || user_agent == "-" || !bot_words().find_in(user_agent).empty();
}

}  // namespace gapless
