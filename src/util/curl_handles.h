#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "util/ascii.h"

namespace gapless {

// libcurl's handles, each given back by its owner. For the adapters that use libcurl, which link it themselves.
struct CurlEasyFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CurlMultiFree {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct CurlUrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyFree>;
using CurlMulti = std::unique_ptr<CURLM, CurlMultiFree>;
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;
using CurlUrl = std::unique_ptr<CURLU, CurlUrlFree>;

/// False where libcurl cannot be used. It wants to be told once, before anything else, in a process that has threads;
/// never undone.
inline bool curl_is_ready() {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return kReady;
}

/// Adds a line, unless there is no memory for it.
inline void append_line(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

/// libcurl's words, of which a part may be the server's, without control characters.
inline std::string in_one_line(std::string_view words) {
  std::string line(words);
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

}  // namespace gapless
