#include "support/fake_clickhouse.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <stdexcept>

#include "alerts/curl/self_signed_test_support.h"
#include "util/ascii.h"

namespace gapless::testing_support {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The fields of a multipart/form-data body.
std::map<std::string, std::string> form_fields(std::string_view content_type, std::string_view body) {
  std::map<std::string, std::string> fields;
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return fields;
  const std::string delimiter = "--" + std::string(content_type.substr(at + 9));
  std::size_t part = body.find(delimiter);
  while (part != std::string_view::npos) {
    const std::size_t next = body.find("\r\n" + delimiter, part + 1);
    if (next == std::string_view::npos) break;
    const std::string_view whole = body.substr(part, next - part);
    const std::size_t name = whole.find("name=\"") + 6;
    const std::size_t value = whole.find("\r\n\r\n") + 4;
    fields.emplace(whole.substr(name, whole.find('"', name) - name), whole.substr(value));
    part = next + 2;
  }
  return fields;
}

}  // namespace

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_; });
}

void FakeReply::head(int status, const Headers& headers) {
  std::string text = fmt::format("HTTP/1.1 {} Whatever\r\nTransfer-Encoding: chunked\r\n", status);
  if (!query_id_.empty()) text += fmt::format("X-ClickHouse-Query-Id: {}\r\n", query_id_);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  send_(text + "\r\n");
}

bool FakeReply::piece(std::string_view bytes) { return send_(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes)); }

void FakeReply::end() {
  send_("0\r\n\r\n");
  ended_ = true;
}

void FakeReply::rows(std::string_view tsv, Headers headers) {
  headers.emplace_back("X-ClickHouse-Format", "TabSeparatedWithNamesAndTypes");
  head(200, headers);
  if (!tsv.empty()) piece(tsv);
  end();
}

void FakeReply::exception(int http_status, int code, std::string_view text) {
  head(http_status, {{"X-ClickHouse-Exception-Code", std::to_string(code)}});
  piece(fmt::format("Code: {}. DB::Exception: {} (version 25.8.1.1 (official build))\n", code, text));
  end();
}

struct FakeClickHouse::Tls {
  TlsContext context = self_signed_context();
};

class FakeClickHouse::Connection {
 public:
  Connection(int socket, Tls* tls) : socket_(socket), session_(tls ? SSL_new(tls->context.get()) : nullptr, &SSL_free) {
    const int now = 1;  // the client would wait 40 ms for the second of two small writes
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
    if (session_) SSL_set_fd(session_.get(), socket_);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool greet() { return !session_ || SSL_accept(session_.get()) == 1; }
  void shut() { ::shutdown(socket_, SHUT_RDWR); }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto size = static_cast<int>(bytes.size());
      const auto sent = session_ ? SSL_write(session_.get(), bytes.data(), size)
                                 : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Without its body.
  std::optional<FakeRequest> head() {
    const auto head = take_past("\r\n\r\n");
    if (!head) return std::nullopt;
    FakeRequest request = parse_head(*head);
    const auto text = request.query.find("query");
    if (text != request.query.end()) request.text = text->second;
    return request;
  }
  void complete(FakeRequest& request) {
    request.whole = take_body(request);
    for (const auto& [name, value] : form_fields(request.headers["content-type"], request.body))
      request.query[name] = value;
    const auto text = request.query.find("query");
    request.text = text != request.query.end() ? text->second : request.body;
  }

 private:
  bool fill() {
    char bytes[16384];
    const auto count = session_ ? SSL_read(session_.get(), bytes, sizeof bytes)
                                : static_cast<int>(::recv(socket_, bytes, sizeof bytes, 0));
    if (count <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  std::optional<std::string> take_past(std::string_view end) {
    std::size_t at = 0;
    while ((at = pending_.find(end)) == std::string::npos)
      if (!fill()) return std::nullopt;
    return take(at + end.size());
  }
  std::string take(std::size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  }
  static FakeRequest parse_head(std::string_view head) {
    FakeRequest request;
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t target = line.find(' ') + 1;
    request.target = line.substr(target, line.rfind(' ') - target);
    const std::string_view url = request.target;
    for_each_part(url.substr(std::min(url.find('?'), url.size() - 1) + 1), '&', [&](std::string_view part) {
      const std::size_t equals = std::min(part.find('='), part.size());
      request.query[decoded(part.substr(0, equals))] = decoded(part.substr(std::min(equals + 1, part.size())));
    });
    for_each_part(head.substr(line.size() + 2), '\n', [&](std::string_view header) {
      const std::size_t colon = header.find(':');
      if (colon != std::string_view::npos)
        request.headers[ascii_lowered(header.substr(0, colon))] = trimmed(header.substr(colon + 1), " \r");
    });
    return request;
  }
  bool take_body(FakeRequest& request) {
    if (request.headers["transfer-encoding"] != "chunked") {
      const std::size_t length = std::stoul("0" + request.headers["content-length"]);
      while (pending_.size() < length)
        if (!fill()) return false;
      request.body = take(length);
      return true;
    }
    for (;;) {
      const auto line = take_past("\r\n");
      if (!line) return false;
      const std::size_t length = std::stoul(*line, nullptr, 16);
      while (pending_.size() < length + 2)
        if (!fill()) return false;
      request.body += take(length);
      take(2);
      if (length == 0) return true;
    }
  }

  const int socket_;
  std::unique_ptr<SSL, void (*)(SSL*)> session_;
  std::string pending_;
};

FakeClickHouse::FakeClickHouse(std::string certificate_file) : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (!certificate_file.empty()) {
    tls_ = std::make_unique<Tls>();
    FILE* const file = std::fopen(certificate_file.c_str(), "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + certificate_file);
    PEM_write_X509(file, SSL_CTX_get0_certificate(tls_->context.get()));
    std::fclose(file);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listening_ < 0 || ::bind(listening_, generic, size) != 0 || ::listen(listening_, 32) != 0 ||
      ::getsockname(listening_, generic, &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  script_idle_server();
  accepting_ = std::thread([this] { serve(); });
}

FakeClickHouse::~FakeClickHouse() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
    ::shutdown(listening_, SHUT_RDWR);
    for (Connection& connection : connections_) connection.shut();
  }
  accepting_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listening_);
}

std::string FakeClickHouse::url() const { return fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", port_); }

void FakeClickHouse::on(std::string part, Script script) {
  const std::lock_guard lock(mutex_);
  scripts_.emplace_front(std::move(part), std::move(script));
}

void FakeClickHouse::on_head(std::string part, Script script) {
  const std::lock_guard lock(mutex_);
  head_scripts_.emplace_front(std::move(part), std::move(script));
}

std::vector<FakeRequest> FakeClickHouse::requests(std::string_view part) const {
  const std::lock_guard lock(mutex_);
  std::vector<FakeRequest> found;
  for (const FakeRequest& request : requests_)
    if (request.text.find(part) != std::string::npos) found.push_back(request);
  return found;
}

std::size_t FakeClickHouse::connections() const {
  const std::lock_guard lock(mutex_);
  return connection_count_;
}

void FakeClickHouse::serve() {
  for (;;) {
    const int socket = ::accept(listening_, nullptr, nullptr);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    Connection& connection = connections_.emplace_back(socket, tls_.get());
    ++connection_count_;
    if (is_closing_) connection.shut();
    threads_.emplace_back([this, &connection] { talk(connection); });
  }
}

void FakeClickHouse::talk(Connection& connection) {
  bool goes_on = connection.greet();
  while (goes_on) {
    auto request = connection.head();
    if (!request) break;
    FakeReply reply([&connection](std::string_view bytes) { return connection.send(bytes); },
                    request->query["query_id"]);
    if (const Script early = script_for(head_scripts_, *request)) {
      early(*request, reply);
      break;
    }
    connection.complete(*request);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    script_for(scripts_, *request)(*request, reply);
    goes_on = reply.ended();
  }
  connection.shut();
}

FakeClickHouse::Script FakeClickHouse::script_for(const Scripts& scripts, const FakeRequest& request) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [part, script] : scripts)
    if (request.text.find(part) != std::string::npos) return script;
  return {};
}

void FakeClickHouse::script_idle_server() {
  const auto says = [this](std::string part, std::string tsv) {
    on(std::move(part), [tsv](const FakeRequest&, FakeReply& reply) { reply.rows(tsv); });
  };
  on("",
     [](const FakeRequest&, FakeReply& reply) { reply.exception(400, 62, "the script has no answer (SYNTAX_ERROR)"); });
  says("version()", "version\nString\n25.8.1.1\n");
  says("getSetting('readonly')", "readonly\nUInt64\n0\n");
  says("FROM system.settings",
       "name\tvalue\nString\tString\nmax_threads\t4\nmax_block_size\t5\nread_overflow_mode\tthrow\n");
  says("SELECT 1 AS one", "one\nUInt8\n1\n");
  says("KILL QUERY", "");
  says("SYSTEM FLUSH LOGS", "");
  says("count() AS n FROM system.processes", "n\nUInt64\n0\n");
  says("FROM system.query_log",
       "type\texception\tread_rows\tread_bytes\twritten_rows\twritten_bytes\n"
       "String\tString\tUInt64\tUInt64\tUInt64\tUInt64\n");
}

}  // namespace gapless::testing_support
