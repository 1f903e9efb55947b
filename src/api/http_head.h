#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problem.h"

namespace gapless::api {

inline constexpr std::size_t kLongestRequestLine = 16 * 1024;
inline constexpr std::size_t kLongestHead = 32 * 1024;  ///< request line and headers
inline constexpr std::size_t kMostHeaders = 100;

/// What comes before a request's body, taken apart.
struct Head {
  std::string method;
  std::string path;   ///< as sent, still encoded
  std::string query;  ///< as sent, without the question mark
  std::string host;   ///< of the target where it names one, else the Host header; lower case, with its port
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;

  /// The header's value; the first, where there are several. Empty where there is none.
  std::string_view header(std::string_view lower_case_name) const;
};

/// Reads a head, up to and without the empty line. Strict where laxness lets two readers disagree about where a request
/// ends: no bare line feeds, folded lines, spaces before a colon, repeated Host or Content-Length, no
/// Transfer-Encoding (411: bodies come with a length).
OrProblem<Head> parse_head(std::string_view text);

/// Names and values of a query, decoded, in their order. A name may come once. Problem: 400.
OrProblem<std::map<std::string, std::string>> parse_query(std::string_view query);

}  // namespace gapless::api
