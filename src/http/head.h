#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/refusal.h"

namespace gapless::http {

inline constexpr std::size_t kMostHeaders = 100;

enum class ChunkedBodies { kRefused, kTaken };

/// How large a head may be, and how its body may come.
struct HeadRules {
  std::size_t longest_request_line = 8 * 1024;
  std::size_t longest_head = 32 * 1024;  ///< request line and headers
  ChunkedBodies chunked_bodies = ChunkedBodies::kRefused;
};

/// What comes before a request's body, taken apart.
struct Head {
  std::string method;
  std::string path;   ///< as sent, still encoded
  std::string query;  ///< as sent, without the question mark
  std::string host;   ///< of the target where it names one, else the Host header; lower case, with its port
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::size_t content_length = 0;
  bool is_chunked = false;  ///< the body comes in chunks, and there is no content length
  bool keep_alive = true;
  bool is_old = false;  ///< HTTP/1.0, which knows no chunks
  bool expects_continue = false;

  /// The header's value; the first, where there are several. Empty where there is none.
  std::string_view header(std::string_view lower_case_name) const;
  bool has_body() const { return is_chunked || content_length > 0; }
};

/// Reads a head, up to and without the empty line. Strict where laxness lets two readers disagree about where a request
/// ends: no bare line feeds, folded lines, spaces before a colon, repeated Host or Content-Length, no
/// Transfer-Encoding (411) unless the rules take chunked bodies, and then no other coding, and no length beside it.
OrRefusal<Head> parse_head(std::string_view text, const HeadRules& rules = {});

/// Names and values of a query, decoded, in their order. A name may come once. Refusal: 400.
OrRefusal<std::map<std::string, std::string>> parse_query(std::string_view query);

}  // namespace gapless::http
