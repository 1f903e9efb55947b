#include "load/page_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "load/text_matcher.h"
#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::array<std::string_view, 42> kAssetExtensions{
    "avi",  "bmp", "css", "doc", "docx", "eot", "exe",  "gif",  "gz",   "ico",   "jar", "jpeg", "jpg", "js",
    "json", "map", "mov", "mp3", "mp4",  "mpg", "otf",  "pdf",  "png",  "ppt",   "ps",  "rar",  "rss", "svg",
    "swf",  "tar", "tgz", "ttf", "txt",  "wav", "webm", "webp", "woff", "woff2", "xls", "xml",  "z",   "zip"};

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
  constexpr std::size_t kLongestExtension = 5;
  const std::string_view end = path.substr(path.size() - std::min(path.size(), kLongestExtension + 1));
  const std::size_t dot = end.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::array<char, kLongestExtension> lower{};
  std::size_t length = 0;
  for (const char c : end.substr(dot + 1)) {
    if (length == lower.size()) return false;
    lower[length++] = ascii_lower(c);
  }
  const std::string_view extension(lower.data(), length);
  return std::ranges::binary_search(kAssetExtensions, extension);
}

bool is_bot(std::string_view user_agent) {
  return user_agent.empty() || user_agent == "-" || !bot_words().find_in(user_agent).empty();
}

}  // namespace gapless
