#include "engine/http/server_url.h"

#include <fmt/format.h>

#include <optional>

#include "util/curl_handles.h"

namespace gapless {
namespace {

std::optional<std::string> url_part(const CurlUrl& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK || text == nullptr) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

Result<ServerUrl> ServerUrl::parse(std::string_view text) {
  const std::string given(text);
  const CurlUrl url(curl_url());
  if (!url) return fail(Fault::kInternal, "libcurl cannot read URLs");
  if (text.find('@') != std::string_view::npos)
    return fail(Fault::kInvalidInput,
                "the server's URL has a user or a password in it, which others would see: give them apart from it");
  if (curl_url_set(url.get(), CURLUPART_URL, given.c_str(), 0) != CURLUE_OK)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is no URL of a ClickHouse server: give http(s)://host:port", in_one_line(given)));
  const std::string scheme = url_part(url, CURLUPART_SCHEME).value_or("");
  const auto host = url_part(url, CURLUPART_HOST);
  if ((scheme != "http" && scheme != "https") || !host || url_part(url, CURLUPART_QUERY) ||
      url_part(url, CURLUPART_FRAGMENT))
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is no URL of a ClickHouse server: give http(s)://host:port, and no parameters",
                            in_one_line(given)));
  std::string whole = url_part(url, CURLUPART_URL).value_or(given);
  while (whole.ends_with('/') || whole.ends_with('?')) whole.pop_back();
  return ServerUrl(std::move(whole), is_loopback_host(*host));
}

}  // namespace gapless
