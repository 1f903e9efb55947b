// A ClickHouse server for tests: the gateway, writable, over chDB on a directory.
//
//   stand_in_server DIR [--listen 127.0.0.1:PORT] [--user NAME --password PASSWORD] [--log]
//
// Prints "listening on 127.0.0.1:PORT", and serves until SIGTERM or SIGINT comes or its standard input ends. Without a
// password everybody on this machine may ask, as with a fresh server. --log writes each request to standard error.

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "engine/chdb/chdb_engine.h"
#include "gateway/gateway.h"
#include "http/digest.h"
#include "util/file_descriptor.h"
#include "util/hex.h"

namespace gapless {
namespace {

struct Wanted {
  std::string directory;
  std::string listen = "127.0.0.1:0";
  std::string user = "default";
  std::string password;
  bool logs = false;
};

std::optional<Wanted> parse(const std::vector<std::string>& words) {
  Wanted wanted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    std::string* const value = word == "--listen"     ? &wanted.listen
                               : word == "--user"     ? &wanted.user
                               : word == "--password" ? &wanted.password
                                                      : nullptr;
    if (word == "--log") {
      wanted.logs = true;
    } else if (value != nullptr && i + 1 < words.size()) {
      *value = words[++i];
    } else if (value == nullptr && wanted.directory.empty() && !word.starts_with("-")) {
      wanted.directory = word;
    } else {
      return std::nullopt;
    }
  }
  if (wanted.directory.empty()) return std::nullopt;
  return wanted;
}

gateway::GatewayOptions options_of(const Wanted& wanted) {
  gateway::GatewayOptions options;
  options.listen = wanted.listen;
  options.mode = gateway::Mode::kWritable;
  if (!wanted.password.empty()) {
    options.tokens = {{wanted.user, to_hex(http::sha256_of(wanted.password))}};
    options.users = gateway::Users::kByName;
  }
  options.max_execution_time = std::chrono::minutes(10);
  options.max_result_bytes = 0;
  options.max_running = 100;
  options.max_connections = 200;
  options.max_body_bytes = 1U << 30;
  options.max_url_bytes = 1U << 20;
  options.body_timeout = std::chrono::minutes(10);
  return options;
}

/// Until a signal comes, or standard input ends.
void wait_for_the_end(int signals) {
  std::array<pollfd, 2> look = {pollfd{signals, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
  std::array<char, 256> ignored{};
  while (::poll(look.data(), look.size(), -1) >= 0 || errno == EINTR) {
    if (look[0].revents != 0) return;
    if (look[1].revents != 0 && ::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) return;
  }
}

Status serve(const Wanted& wanted) {
  // Before there are threads, so that none of them takes the signal.
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  const FileDescriptor signals(::signalfd(-1, &stopping, SFD_CLOEXEC));
  GAPLESS_ASSIGN(const auto engine, ChdbEngine::open({.directory = wanted.directory, .library = {}, .settings = {}}));
  GAPLESS_ASSIGN(const auto server, gateway::Gateway::start(options_of(wanted), *engine));
  std::puts(fmt::format("listening on {}", server->address()).c_str());
  std::fflush(stdout);
  wait_for_the_end(signals.get());
  server->stop();
  return {};
}

}  // namespace
}  // namespace gapless

int main(int argc, char** argv) {
  const auto wanted = gapless::parse({argv + 1, argv + argc});
  if (!wanted) {
    std::fputs("usage: stand_in_server DIR [--listen HOST:PORT] [--user NAME --password PASSWORD] [--log]\n", stderr);
    return 2;
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("stand-in"));
  if (wanted->logs) spdlog::set_level(spdlog::level::debug);
  const gapless::Status served = gapless::serve(*wanted);
  if (served) return 0;
  std::fputs(("error: " + served.error().message + "\n").c_str(), stderr);
  return 1;
}
