#include "engine/http/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gapless {
namespace {

constexpr std::size_t kMostIdle = 16;
// ClickHouse closes what is idle for longer than 10 s (3 s before 23.11), and a proxy may sooner.
constexpr long kLongestIdleSeconds = 2;
constexpr long kKeepAliveIdleSeconds = 30;
constexpr long kKeepAliveIntervalSeconds = 10;
constexpr long kUploadBufferBytes = 512L << 10U;

bool is_about_trust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_INVALIDCERTSTATUS;
}

}  // namespace

HttpChannel::HttpChannel(const HttpTarget& target)
    : target_(target), multi_(curl_multi_init()), easy_(curl_easy_init()) {}

Status HttpChannel::begin(HttpExchange exchange) {
  abandon();
  exchange_ = std::move(exchange);
  failure_.reset();
  words_[0] = '\0';
  url_ = fmt::format("{}/?{}", target_.url, exchange_.query);
  ready_ = multi_ && easy_;
  if (ready_) {
    curl_easy_reset(easy_.get());  // keeps its connections
    set_target();
    set_exchange();
  }
  running_ = ready_ && curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK;
  if (!running_) return fail(Fault::kInternal, "libcurl cannot be set up for a request");
  return {};
}

void HttpChannel::set_target() {
  headers_.reset();
  append_line(headers_, fmt::format("X-ClickHouse-User: {}", target_.user));
  if (!target_.password.empty()) append_line(headers_, fmt::format("X-ClickHouse-Key: {}", target_.password));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!target_.ca_file.empty()) set(CURLOPT_CAINFO, target_.ca_file.c_str());
  if (!target_.accept_encoding.empty()) set(CURLOPT_ACCEPT_ENCODING, target_.accept_encoding.c_str());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_USERAGENT, "gapless");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // looking a name up cannot be stopped: not waited for
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(target_.connect_timeout.count()));
  set(CURLOPT_MAXAGE_CONN, kLongestIdleSeconds);
  // A server may say nothing for hours while it works: only one that is not there any more is given up.
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set(CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set(CURLOPT_ERRORBUFFER, words_.data());
}

void HttpChannel::set_exchange() {
  append_line(headers_, "Expect:");
  append_line(headers_, fmt::format("Content-Type: {}", exchange_.content_type));
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_POST, 1L);
  if (exchange_.upload) {
    append_line(headers_, "Transfer-Encoding: chunked");
    set(CURLOPT_READFUNCTION, &upload_wanted);
    set(CURLOPT_READDATA, static_cast<void*>(this));
    set(CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
  } else {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange_.body.size()));
    set(CURLOPT_POSTFIELDS, exchange_.body.data());
  }
  set(CURLOPT_FRESH_CONNECT, exchange_.on_new_connection ? 1L : 0L);
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_HEADERFUNCTION, &header_came);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &body_came);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

bool HttpChannel::drive(std::chrono::milliseconds at_most) {
  if (!running_) return true;
  int left = 0;
  CURLMcode code = curl_multi_perform(multi_.get(), &left);
  if (code == CURLM_OK && left > 0 && at_most.count() > 0) {
    code = curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(at_most.count()), nullptr);
    if (code == CURLM_OK) code = curl_multi_perform(multi_.get(), &left);
  }
  if (code != CURLM_OK) {
    end(HttpFailure{.sent = true, .words = curl_multi_strerror(code)});
  } else if (left == 0) {
    conclude();
  }
  return !running_;
}

void HttpChannel::conclude() {
  int left = 0;
  const CURLMsg* done = curl_multi_info_read(multi_.get(), &left);
  const CURLcode code = done != nullptr && done->msg == CURLMSG_DONE ? done->data.result : CURLE_GOT_NOTHING;
  if (code == CURLE_OK) return end(std::nullopt);
  const std::string_view words = words_[0] != '\0' ? std::string_view(words_.data()) : curl_easy_strerror(code);
  end(HttpFailure{.sent = is_sent(), .untrusted = is_about_trust(code), .words = in_one_line(words)});
}

bool HttpChannel::is_sent() const {
  long request_bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
  return request_bytes > 0;
}

void HttpChannel::end(std::optional<HttpFailure> failure) {
  failure_ = std::move(failure);
  abandon();
}

void HttpChannel::resume_upload() {
  if (running_) curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

void HttpChannel::abandon() {
  if (std::exchange(running_, false)) curl_multi_remove_handle(multi_.get(), easy_.get());
  exchange_ = {};  // what it calls may be gone tomorrow
}

std::size_t HttpChannel::header_came(const char* bytes, std::size_t size, std::size_t count, void* self) {
  const auto& exchange = static_cast<HttpChannel*>(self)->exchange_;
  return exchange.on_header && !exchange.on_header({bytes, size * count}) ? 0 : size * count;
}

std::size_t HttpChannel::body_came(const char* bytes, std::size_t size, std::size_t count, void* self) {
  const auto& exchange = static_cast<HttpChannel*>(self)->exchange_;
  return exchange.on_body && !exchange.on_body({bytes, size * count}) ? 0 : size * count;
}

std::size_t HttpChannel::upload_wanted(char* into, std::size_t size, std::size_t count, void* self) {
  return static_cast<HttpChannel*>(self)->exchange_.upload(into, size * count);
}

ChannelPool::Lease ChannelPool::take() {
  std::unique_ptr<HttpChannel> channel;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      channel = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!channel) channel = std::make_unique<HttpChannel>(target_);
  return {channel.release(), GiveBack{this}};
}

void ChannelPool::give_back(HttpChannel* channel) {
  std::unique_ptr<HttpChannel> owned(channel);
  owned->abandon();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(owned));
}

}  // namespace gapless
