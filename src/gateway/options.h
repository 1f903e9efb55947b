#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace gapless::gateway {

/// What a gateway lets its clients do.
enum class Mode {
  kReadOnly,  ///< the product: read what it is for, and nothing else
  kWritable   ///< tests: everything that the engine does
};

/// Who may ask. The token is what a ClickHouse client takes for its password; only its hash is known here.
struct Token {
  std::string name;    ///< as the log shows it; the user's name, where `users` are checked
  std::string sha256;  ///< of the token: 64 hexadecimal digits
};

enum class Users { kAnyName, kByName };

struct GatewayOptions {
  std::string listen = "127.0.0.1:8123";  ///< HOST:PORT; an IPv6 address in brackets; port 0 takes a free one
  Mode mode = Mode::kReadOnly;
  std::vector<Token> tokens = {};        ///< none: nobody may ask, or in writable mode everybody on this machine
  Users users = Users::kAnyName;         ///< whether a client must name the token's name as its user
  std::string database = {};             ///< where unqualified tables are
  std::set<std::string> databases = {};  ///< read-only: what may be read beside what clients need of `system`

  std::chrono::milliseconds max_execution_time{std::chrono::seconds(60)};
  std::uint64_t max_memory_bytes = 0;  ///< of one statement; 0: the engine's limit
  std::uint64_t max_result_rows = 1'000'000;
  std::uint64_t max_result_bytes = 256U << 20;  ///< before compression
  std::size_t max_running = 4;                  ///< statements at once; one more is refused
  std::size_t max_body_bytes = 256U << 10;      ///< of a request, also once it is unpacked
  std::size_t max_url_bytes = 64U << 10;
  std::size_t max_connections = 64;
  std::chrono::milliseconds body_timeout{std::chrono::seconds(10)};  ///< for a whole body to arrive
};

}  // namespace gapless::gateway
