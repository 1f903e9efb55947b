#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace gapless::testing_support {

/// A request as a FakeClickHouse got it.
struct FakeRequest {
  std::string text;                            ///< the statement, wherever it stood
  std::map<std::string, std::string> query;    ///< of the URL, decoded
  std::map<std::string, std::string> headers;  ///< by their names in lower case
  std::string target;                          ///< the URL as it came
  std::string body;                            ///< as it came, out of its chunks
  bool whole = false;                          ///< the client did not break off within it
};

/// A door that is closed until it is opened.
class Gate {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// What a client is given; a script writes it.
class FakeReply {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  using Send = std::function<bool(std::string_view)>;

  FakeReply(Send send, std::string query_id) : send_(std::move(send)), query_id_(std::move(query_id)) {}
  /// Bytes as they are.
  bool raw(std::string_view bytes) { return send_(bytes); }
  /// The head of a chunked reply, with the id of the query.
  void head(int status, const Headers& headers = {});
  /// A chunk; false where the client has gone.
  bool piece(std::string_view bytes);
  /// The last chunk. Without it, the connection is closed in the middle.
  void end();
  /// Of a reply that was written raw: the connection takes another request.
  void leave_open() { ended_ = true; }
  bool ended() const { return ended_; }

  void rows(std::string_view tsv, Headers headers = {});
  /// As ClickHouse says it before it has sent anything.
  void exception(int http_status, int code, std::string_view text);

 private:
  const Send send_;
  const std::string query_id_;
  bool ended_ = false;
};

/// An HTTP server on 127.0.0.1 that answers as a ClickHouse server would, by a script. What the script does not know,
/// it answers like an idle server of version 25.8 in which no query runs and nothing was logged. Whoever waits in the
/// script must be let go before it is destroyed.
class FakeClickHouse {
 public:
  using Script = std::function<void(const FakeRequest&, FakeReply&)>;

  /// With TLS, its certificate is its own, and written to `certificate_file` for those who want to trust it.
  explicit FakeClickHouse(std::string certificate_file = {});
  ~FakeClickHouse();
  FakeClickHouse(const FakeClickHouse&) = delete;
  FakeClickHouse& operator=(const FakeClickHouse&) = delete;

  std::string url() const;
  /// For statements with that part; the newest that fits is followed.
  void on(std::string part, Script script);
  /// The same before the body has come, of which no more is read then.
  void on_head(std::string part, Script script);
  /// Requests for statements with that part, in the order of their coming.
  std::vector<FakeRequest> requests(std::string_view part = {}) const;
  /// How many connections there have been.
  std::size_t connections() const;

 private:
  class Connection;
  void serve();
  void talk(Connection& connection);
  using Scripts = std::list<std::pair<std::string, Script>>;
  Script script_for(const Scripts& scripts, const FakeRequest& request) const;
  void script_idle_server();

  struct Tls;
  std::unique_ptr<Tls> tls_;
  int listening_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  bool is_closing_ = false;
  Scripts scripts_;
  Scripts head_scripts_;
  std::vector<FakeRequest> requests_;
  std::list<Connection> connections_;
  std::size_t connection_count_ = 0;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace gapless::testing_support
