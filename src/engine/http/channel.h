#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "util/curl_handles.h"

namespace gapless {

/// Where requests go, and who sends them.
struct HttpTarget {
  std::string url;
  std::string user;
  std::string password;
  std::string ca_file;          ///< empty: the system's
  std::string accept_encoding;  ///< empty: replies are not compressed
  std::chrono::milliseconds connect_timeout{0};
};

/// One POST.
struct HttpExchange {
  std::string query;  ///< what stands behind the question mark
  std::string content_type;
  std::string body;
  /// Instead of a body of known length: puts up to that many bytes there, and returns how many; 0 is the end, and
  /// HttpChannel::kNothingYet a break until resume_upload().
  std::function<std::size_t(char*, std::size_t)> upload;
  /// A request on a connection that the server was just closing is sent a second time, which an effect must not be.
  bool on_new_connection = false;
  std::function<bool(std::string_view)> on_header;  ///< each line of the head; false ends it and its connection
  std::function<bool(std::string_view)> on_body;    ///< the same
};

/// Why an exchange did not come to its end.
struct HttpFailure {
  bool sent = false;       ///< the server may have the request
  bool untrusted = false;  ///< its certificate, or ours to check it by
  std::string words;
};

/// A connection that is kept for the next exchange. For one thread at a time, but for wake().
class HttpChannel {
 public:
  static constexpr std::size_t kNothingYet = CURL_READFUNC_PAUSE;

  explicit HttpChannel(const HttpTarget& target);
  ~HttpChannel() { abandon(); }
  HttpChannel(const HttpChannel&) = delete;
  HttpChannel& operator=(const HttpChannel&) = delete;

  /// Errors: kInternal where libcurl cannot be set up.
  Status begin(HttpExchange exchange);
  /// Moves the exchange on, and waits for that long where there is nothing to do. True once it has ended.
  bool drive(std::chrono::milliseconds at_most);
  bool ended() const { return !running_; }
  /// Whether the server may have any of the request.
  bool is_sent() const;
  /// Of an exchange that has ended: none where the reply came whole, whatever its status.
  const std::optional<HttpFailure>& failure() const { return failure_; }
  void resume_upload();
  /// Ends it, and its connection, at once.
  void abandon();
  /// Ends a wait of drive(); from any thread, while the channel lives.
  void wake() { curl_multi_wakeup(multi_.get()); }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    ready_ = ready_ && curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  }
  void set_target();
  void set_exchange();
  void conclude();
  void end(std::optional<HttpFailure> failure);

  static std::size_t header_came(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t body_came(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t upload_wanted(char* into, std::size_t size, std::size_t count, void* self);

  const HttpTarget& target_;
  HttpExchange exchange_;
  std::string url_;
  CurlList headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  CurlMulti multi_;
  CurlEasy easy_;
  bool ready_ = false;
  bool running_ = false;
  std::optional<HttpFailure> failure_;
};

/// Channels that are not in use. Thread-safe.
class ChannelPool {
 public:
  explicit ChannelPool(HttpTarget target) : target_(std::move(target)) {}

  struct GiveBack {
    ChannelPool* pool;
    void operator()(HttpChannel* channel) const { pool->give_back(channel); }
  };
  /// Goes back to the pool, which must outlive it; what is still running on it is abandoned.
  using Lease = std::unique_ptr<HttpChannel, GiveBack>;
  Lease take();

 private:
  void give_back(HttpChannel* channel);

  const HttpTarget target_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpChannel>> idle_;
};

}  // namespace gapless
