#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "api/endpoint.h"

namespace gapless::api {

/// Who may call, and how much. The token itself is kept by its user alone.
struct Token {
  std::string name;    ///< as the log shows it
  std::string sha256;  ///< of the token: 64 hexadecimal digits
  Scope scope = Scope::kRead;
};

/// A request that was answered. A stream of events is when it begins.
struct Answered {
  std::string_view method;
  std::string_view endpoint;  ///< its path as the table has it; empty where none was meant, or nobody let in
  int status = 0;
  std::chrono::duration<double> took{};
};

struct ApiOptions {
  std::string listen = "127.0.0.1:8484";  ///< HOST:PORT; an IPv6 address in brackets; port 0 takes a free one
  std::vector<Token> tokens = {};         ///< none: everybody on this machine may do everything
  std::vector<std::string> allowed_hosts =
      {};  ///< names by which browsers may call it, beside localhost; without a port
  std::vector<std::string> allowed_origins = {};  ///< of pages on other hosts: "https://board.example.org"
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_connections = 256;
  std::chrono::milliseconds read_timeout{std::chrono::seconds(10)};   ///< of a whole head, and of a whole body
  std::chrono::milliseconds write_timeout{std::chrono::seconds(10)};  ///< of a reply; a second more for each 32 KiB
  std::chrono::milliseconds idle_timeout{std::chrono::seconds(60)};   ///< between two requests of a connection
  std::chrono::milliseconds heartbeat{std::chrono::seconds(15)};      ///< between two lines of a silent event stream
  std::function<void(const Answered&)> on_answer = {};                ///< called by several threads at once
  std::string version = {};                                           ///< of the program, for the OpenAPI document
};

}  // namespace gapless::api
