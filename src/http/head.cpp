#include "http/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "http/percent.h"
#include "util/ascii.h"

namespace gapless::http {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// Visible ASCII: what a target consists of.
bool is_visible(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Takes the text up to the next CRLF, or all of it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

OrRefusal<void> set_target(Head& head, std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!ascii_lowered(target.substr(0, scheme.size())).starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    head.host = ascii_lowered(target.substr(0, end));
    target.remove_prefix(end);
  }
  if (!target.starts_with('/')) return refuse(400, "the request's target must begin with a slash");
  if (target.find('#') != std::string_view::npos) return refuse(400, "a request's target has no fragment (#…)");
  const std::size_t question = target.find('?');
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  return {};
}

OrRefusal<void> read_request_line(Head& head, std::string_view line, const HeadRules& rules) {
  if (line.size() > rules.longest_request_line)
    return refuse(414, fmt::format("the request line is longer than {} bytes", rules.longest_request_line));
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const std::string_view method = line.substr(0, first);
  if (first == std::string_view::npos || first == last || !is_token(method) ||
      !is_visible(line.substr(first + 1, last - first - 1)))
    return refuse(400, "the request line must be METHOD TARGET HTTP/1.1");
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505, "this server speaks HTTP/1.1");
  head.is_old = version == "HTTP/1.0";
  head.keep_alive = !head.is_old;
  head.method = method;
  return set_target(head, line.substr(first + 1, last - first - 1));
}

OrRefusal<void> read_header(Head& head, std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name))
    return refuse(400, "a header must be 'Name: value' on a line of its own that ends with CR LF");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
    return refuse(400, fmt::format("the header {} has a control character in its value", name));
  if (head.headers.size() == kMostHeaders)
    return refuse(431, fmt::format("a request has {} headers at most", kMostHeaders));
  head.headers.emplace_back(ascii_lowered(name), value);
  return {};
}

/// 400 where a header that decides something comes twice.
OrRefusal<void> check_repetition(const Head& head) {
  for (const std::string_view once : {"host", "content-length", "transfer-encoding", "authorization", "origin",
                                      "content-type", "content-encoding", "expect"})
    if (std::ranges::count(head.headers, once, [](const auto& header) { return header.first; }) > 1)
      return refuse(400, fmt::format("the header {} comes more than once", once));
  return {};
}

bool has_header(const Head& head, std::string_view lower_case_name) {
  return std::ranges::count(head.headers, lower_case_name, [](const auto& header) { return header.first; }) > 0;
}

OrRefusal<void> read_framing(Head& head, const HeadRules& rules) {
  if (has_header(head, "transfer-encoding")) {
    if (rules.chunked_bodies == ChunkedBodies::kRefused)
      return refuse(411, "send the body with Content-Length; Transfer-Encoding is not taken here");
    if (head.is_old || has_header(head, "content-length"))
      return refuse(400, "a body has either a Content-Length or, in HTTP/1.1, Transfer-Encoding: chunked");
    if (ascii_lowered(head.header("transfer-encoding")) != "chunked")
      return refuse(501, "the only Transfer-Encoding that is taken here is chunked");
    head.is_chunked = true;
    return {};
  }
  const auto header = std::ranges::find(head.headers, "content-length", [](const auto& one) { return one.first; });
  if (header == head.headers.end()) return {};
  const std::string& text = header->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.content_length);
  if (error == std::errc::result_out_of_range && std::ranges::all_of(text, is_digit))
    return refuse(413, "the body is too large");
  if (error != std::errc() || end != text.data() + text.size())
    return refuse(400, "Content-Length must be a number of bytes");
  return {};
}

/// What Connection, Host and Expect say.
OrRefusal<void> read_control(Head& head) {
  for (const auto& [name, value] : head.headers) {
    if (name != "connection") continue;
    for_each_part(value, ',', [&](std::string_view option) {
      const std::string word = ascii_lowered(trimmed(option));
      if (word == "close") head.keep_alive = false;
    });
  }
  const std::string_view host = head.header("host");
  if (host.empty()) return refuse(400, "a request must have a Host header");
  if (head.host.empty()) head.host = ascii_lowered(host);
  const std::string expected = ascii_lowered(head.header("expect"));
  if (!expected.empty() && expected != "100-continue")
    return refuse(417, "the only expectation that this server meets is 100-continue");
  head.expects_continue = !expected.empty() && head.has_body();
  return {};
}

}  // namespace

std::string_view Head::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

OrRefusal<Head> parse_head(std::string_view text, const HeadRules& rules) {
  Head head;
  GAPLESS_TRY_REFUSAL(read_request_line(head, take_line(text), rules));
  while (!text.empty()) GAPLESS_TRY_REFUSAL(read_header(head, take_line(text)));
  GAPLESS_TRY_REFUSAL(check_repetition(head));
  GAPLESS_TRY_REFUSAL(read_framing(head, rules));
  GAPLESS_TRY_REFUSAL(read_control(head));
  return head;
}

OrRefusal<std::map<std::string, std::string>> parse_query(std::string_view query) {
  std::map<std::string, std::string> parameters;
  std::string wrong;
  for_each_part(query, '&', [&](std::string_view part) {
    if (part.empty() || !wrong.empty()) return;
    const std::size_t equals = std::min(part.find('='), part.size());
    const auto name = percent_decoded(part.substr(0, equals), PlusSign::kIsSpace);
    const auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())), PlusSign::kIsSpace);
    if (!name || !value) {
      wrong = fmt::format("the query has a part that cannot be decoded: {}", part.substr(0, 100));
    } else if (!parameters.emplace(*name, *value).second) {
      wrong = fmt::format("the query parameter '{}' comes more than once", name->substr(0, 100));
    }
  });
  if (!wrong.empty()) return refuse(400, wrong);
  return parameters;
}

}  // namespace gapless::http
