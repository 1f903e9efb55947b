#include "run/recovery.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "run/host.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNoProcess = 0x7ffffff0;

bool is_dead_of(const std::string& host, std::int64_t pid, std::optional<std::chrono::milliseconds> silent_for,
                bool exclusive = false) {
  RunRecord run;
  run.host = host;
  run.pid = pid;
  run.silent_for = silent_for;
  ExecutorOptions options;
  options.lease_ttl = 60s;
  options.exclusive = exclusive;
  return is_dead(run, options);
}

TEST(DeadRun, IsOneWhoseProcessIsGoneFromThisHost) {
  EXPECT_TRUE(is_dead_of(host_name(), kNoProcess, std::nullopt));
  EXPECT_FALSE(is_dead_of(host_name(), getpid(), std::nullopt));
  EXPECT_TRUE(is_dead_of(host_name(), kNoProcess, 1s));
}

TEST(DeadRun, OfAnotherHostIsOneThatIsSilent) {
  EXPECT_FALSE(is_dead_of("elsewhere", kNoProcess, std::nullopt)) << "nobody can tell";
  EXPECT_FALSE(is_dead_of("elsewhere", kNoProcess, 179s));
  EXPECT_TRUE(is_dead_of("elsewhere", kNoProcess, 181s));
  EXPECT_TRUE(is_dead_of(host_name(), getpid(), 181s)) << "it stood still for so long that it has lost its leases";
}

TEST(DeadRun, IsAnyWhereNobodyElseCanBeAtWork) { EXPECT_TRUE(is_dead_of("elsewhere", getpid(), 1s, true)); }

}  // namespace
}  // namespace gapless
