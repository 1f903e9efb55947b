#include "support/stand_in_environment.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/chdb_directory.h"
#include "support/child_process.h"

namespace gapless::testing_support {
namespace {

constexpr const char* kUser = "gapless";
constexpr const char* kPassword = "s3cr3t";

class StandInEnvironment final : public testing::Environment {
 public:
  ~StandInEnvironment() override { stop(); }

  Engine& engine() {
    if (!engine_) start();
    return *engine_;
  }
  void TearDown() override { stop(); }

 private:
  void start() {
    signal(SIGPIPE, SIG_IGN);  // as the program does
    directory_.emplace();
    server_ =
        start_child(GAPLESS_STAND_IN_SERVER, {directory_->path().string(), "--user", kUser, "--password", kPassword});
    HttpEngineOptions options;
    options.url = "http://" + address();
    options.user = kUser;
    options.password = kPassword;
    auto opened = HttpEngine::open(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    engine_ = std::move(*opened);
  }

  std::string address() {
    const std::string prefix = "listening on ";
    std::string line;
    for (char character = 0; ::read(server_.from, &character, 1) == 1 && character != '\n';) line += character;
    if (!line.starts_with(prefix)) throw std::runtime_error("the stand-in says '" + line + "'");
    return line.substr(prefix.size());
  }

  void stop() {
    engine_.reset();
    close_if_open(server_.to);  // which it takes for its end
    if (const pid_t pid = std::exchange(server_.pid, 0); pid > 0) ::waitpid(pid, nullptr, 0);
    close_if_open(server_.from);
    directory_.reset();
  }

  std::optional<ChdbDirectory> directory_;
  ChildProcess server_{0, -1, -1};
  std::unique_ptr<HttpEngine> engine_;
};

// Owned by GoogleTest.
StandInEnvironment* const kStandIn = new StandInEnvironment;
[[maybe_unused]] const auto kRegistered = testing::AddGlobalTestEnvironment(kStandIn);

}  // namespace

Engine& shared_http_engine() { return kStandIn->engine(); }

}  // namespace gapless::testing_support
