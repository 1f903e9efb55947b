#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapless::testing_support {

/// A running chdb_probe (support/chdb_probe.cpp). Killed, and waited for, at the end of its scope.
class ChdbProcess {
 public:
  explicit ChdbProcess(std::vector<std::string> arguments);
  ~ChdbProcess();
  ChdbProcess(const ChdbProcess&) = delete;
  ChdbProcess& operator=(const ChdbProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line that it prints; none once it prints no more.
  std::optional<std::string> line();
  void write(std::string_view bytes);
  void close_input();
  /// kill -9, and waits.
  void kill();
  /// Closes its input, waits until it is gone, and returns its exit code; -1 where a signal ended it.
  int wait();

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace gapless::testing_support
