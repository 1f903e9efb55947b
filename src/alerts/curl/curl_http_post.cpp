#include "alerts/curl/curl_http_post.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "util/curl_handles.h"

namespace gapless {
namespace {

constexpr std::size_t kLongestReply = std::size_t{64} << 10U;
constexpr int kLongestPollMilliseconds = 10'000;  // libcurl's own timers and a stop request end it earlier
constexpr curl_off_t kLongestRetryAfter = 24 * 3600;

/// Counts what comes, of headers and body, and refuses what is too much.
std::size_t throw_away(const char* /*bytes*/, std::size_t size, std::size_t count, void* into) {
  auto& received = *static_cast<std::size_t*>(into);
  received += size * count;
  return received > kLongestReply ? 0 : size * count;
}

CurlList header_list(const HttpRequest& request) {
  CurlList list;
  for (const auto& [header, value] : request.headers) append_line(list, fmt::format("{}: {}", header, value));
  append_line(list, "Expect:");  // a server that does not know "100-continue" would cost a second
  return list;
}

/// One request and what libcurl needs for it. The body is the request's, which must outlive it.
class Transfer {
 public:
  Transfer(const HttpRequest& request, const std::string& user_agent)
      : request_(request), headers_(header_list(request)), easy_(curl_easy_init()), multi_(curl_multi_init()) {
    ready_ = easy_ && multi_ && headers_;
    if (!ready_) return;
    set_request(user_agent);
    set_bounds();
    ready_ = ready_ && curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK;
  }
  ~Transfer() {
    if (easy_ && multi_) curl_multi_remove_handle(multi_.get(), easy_.get());
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Result<HttpReply> run(const std::stop_token& stop) {
    if (!ready_) return fail(Fault::kInternal, fmt::format("posting to {}: libcurl cannot be set up", shown()));
    const std::stop_callback wake(stop, std::function<void()>([this] { curl_multi_wakeup(multi_.get()); }));
    for (int running = 1; running > 0;) {
      if (stop.stop_requested())
        return fail(Fault::kCancelled, fmt::format("posting to {}: stopped on request", shown()));
      CURLMcode code = curl_multi_perform(multi_.get(), &running);
      if (code == CURLM_OK && running > 0)
        code = curl_multi_poll(multi_.get(), nullptr, 0, kLongestPollMilliseconds, nullptr);
      if (code != CURLM_OK)
        return fail(Fault::kUnavailable, fmt::format("posting to {}: {}", shown(), curl_multi_strerror(code)));
    }
    int left = 0;
    const CURLMsg* done = curl_multi_info_read(multi_.get(), &left);
    if (done == nullptr || done->msg != CURLMSG_DONE)
      return fail(Fault::kInternal, fmt::format("posting to {}: libcurl ended without a result", shown()));
    return result(done->data.result);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    ready_ = ready_ && curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  }

  void set_request(const std::string& user_agent) {
    set(CURLOPT_URL, request_.url.secret_text().c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_USERAGENT, user_agent.c_str());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  void set_bounds() {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // looking a name up may take a minute, and cannot be stopped: not waited for
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
    set(CURLOPT_WRITEFUNCTION, &throw_away);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&received_));
    set(CURLOPT_HEADERFUNCTION, &throw_away);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&received_));
    set(CURLOPT_ERRORBUFFER, words_.data());
  }

  Result<HttpReply> result(CURLcode code) {
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    const bool is_long_enough = code == CURLE_WRITE_ERROR && received_ > kLongestReply && status >= 200;
    if (code == CURLE_OK || is_long_enough) {
      HttpReply reply{static_cast<int>(status)};
      if (retry_after > 0) reply.retry_after = std::chrono::seconds(std::min(retry_after, kLongestRetryAfter));
      return reply;
    }
    const std::string_view words = words_[0] != '\0' ? std::string_view(words_.data()) : curl_easy_strerror(code);
    return fail(code == CURLE_OPERATION_TIMEDOUT ? Fault::kTimeout : Fault::kUnavailable,
                fmt::format("posting to {}: {}", shown(), in_one_line(words)));
  }

  const std::string& shown() const { return request_.url.shown(); }

  const HttpRequest& request_;
  CurlList headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::size_t received_ = 0;
  CurlEasy easy_;
  CurlMulti multi_;
  bool ready_ = false;
};

}  // namespace

Result<HttpReply> CurlHttpPost::post(const HttpRequest& request, const std::stop_token& stop) {
  if (!curl_is_ready()) return fail(Fault::kInternal, "libcurl cannot be initialized");
  return Transfer(request, user_agent_).run(stop);
}

}  // namespace gapless
