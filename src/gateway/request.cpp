#include "gateway/request.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "http/percent.h"
#include "util/ascii.h"

namespace gapless::gateway {
namespace {

constexpr std::size_t kLongestShownName = 100;
constexpr std::string_view kValuePrefix = "param_";

/// Of sessions: there are none, and a statement that needs one fails by itself.
constexpr std::array<std::string_view, 9> kWithoutEffect = {
    "session_id", "session_timeout", "session_check", "close_session",          "stacktrace",
    "quota_key",  "buffer_size",     "role",          "client_protocol_version"};

bool is_on(std::string_view value) { return value == "1" || value == "true"; }

std::optional<std::string> base64_decoded(std::string_view text) {
  std::string decoded(text.size() / 4 * 3, '\0');
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  decoded.resize(static_cast<std::size_t>(size) - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
  return decoded;
}

/// Of the Authorization header: Basic, or Bearer.
OrFailure<Credentials> parse_authorization(std::string_view header) {
  const std::size_t space = std::min(header.find(' '), header.size());
  const std::string scheme = ascii_lowered(header.substr(0, space));
  const std::string_view rest = trimmed(header.substr(space));
  if (scheme == "bearer") return Credentials{"", std::string(rest), true};
  if (scheme == "basic")
    if (const auto pair = base64_decoded(rest); pair && pair->find(':') != std::string::npos)
      return Credentials{pair->substr(0, pair->find(':')), pair->substr(pair->find(':') + 1), true};
  return failed(code::kAuthenticationFailed, "the Authorization header must be Basic with user and token, or Bearer");
}

class RequestParser {
 public:
  explicit RequestParser(const http::Head& head) : head_(head) {}

  OrFailure<Request> parse() {
    GAPLESS_TRY_FAILURE(read_parameters());
    request_.database = taken("database", "x-clickhouse-database");
    request_.format = taken("default_format", "x-clickhouse-format");
    request_.query_id = taken("query_id", "x-clickhouse-query-id");
    if (const auto query = parameters_.extract("query")) request_.query = query.mapped();
    request_.waits_for_end = is_on(taken("wait_end_of_query", ""));
    const bool wants_compression = is_on(taken("enable_http_compression", ""));
    request_.may_compress = wants_compression && accepts_gzip();
    for (const std::string_view unsupported : {"compress", "decompress"})
      if (is_on(taken(unsupported, "")))
        return failed(code::kNotImplemented,
                      fmt::format("{} in ClickHouse's own way is not spoken here; use HTTP's gzip", unsupported));
    GAPLESS_TRY_FAILURE(read_credentials());
    for (const std::string_view name : kWithoutEffect) taken(name, "");
    for (auto& [name, value] : parameters_) {
      const bool is_value = name.starts_with(kValuePrefix);
      auto& into = is_value ? request_.values : request_.settings;
      into.emplace(is_value ? name.substr(kValuePrefix.size()) : name, value);
    }
    return std::move(request_);
  }

 private:
  OrFailure<void> read_parameters() {
    std::string wrong;
    for_each_part(head_.query, '&', [&](std::string_view part) {
      if (part.empty() || !wrong.empty()) return;
      const std::size_t equals = std::min(part.find('='), part.size());
      const auto name = http::percent_decoded(part.substr(0, equals), http::PlusSign::kIsSpace);
      const auto value =
          http::percent_decoded_bytes(part.substr(std::min(equals + 1, part.size())), http::PlusSign::kIsSpace);
      if (!name || !value) {
        wrong = "the URL has a parameter that cannot be decoded";
      } else if (!parameters_.emplace(*name, *value).second) {
        wrong = fmt::format("the URL's parameter {} comes more than once", name->substr(0, kLongestShownName));
      }
    });
    if (!wrong.empty()) return failed(code::kBadArguments, wrong);
    return {};
  }

  /// The parameter's value, or where there is none the header's.
  std::string taken(std::string_view name, std::string_view header) {
    const auto found = parameters_.find(name);
    if (found == parameters_.end()) return std::string(head_.header(header));
    return parameters_.extract(found).mapped();
  }

  OrFailure<void> read_credentials() {
    const std::string user = taken("user", "x-clickhouse-user");
    const std::string token = taken("password", "x-clickhouse-key");
    Credentials& credentials = request_.credentials;
    credentials = {user, token, !user.empty() || !token.empty()};
    const std::string_view authorization = head_.header("authorization");
    if (authorization.empty()) return {};
    if (credentials.are_given)
      return failed(code::kAuthenticationFailed,
                    "there is an Authorization header and another user or password; send one of them");
    auto parsed = parse_authorization(authorization);
    if (!parsed) return tl::unexpected<Failure>(std::move(parsed.error()));
    credentials = std::move(*parsed);
    return {};
  }

  bool accepts_gzip() const {
    bool accepts = false;
    for_each_part(head_.header("accept-encoding"), ',', [&](std::string_view one) {
      const std::string coding = ascii_lowered(trimmed(one));
      if (coding == "gzip" || (coding.starts_with("gzip;") && !coding.ends_with("q=0"))) accepts = true;
    });
    return accepts;
  }

  const http::Head& head_;
  std::map<std::string, std::string, std::less<>> parameters_;
  Request request_;
};

}  // namespace

OrFailure<Request> parse_request(const http::Head& head) { return RequestParser(head).parse(); }

}  // namespace gapless::gateway
