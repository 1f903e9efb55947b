#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gapless::testing_support {

/// A running program that works beside a test, and waits for a line on its standard input until it is let go. Killed,
/// and waited for, at the end of its scope.
class Worker {
 public:
  Worker(const std::string& program, std::vector<std::string> arguments);
  ~Worker();
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&&) = delete;

  void let_go();
  /// Waits until it has printed so many lines in all, or is gone.
  void wait_for_lines(std::size_t count);
  /// Waits until it has stopped by itself (SIGSTOP). False where it is gone.
  bool wait_until_it_stops();
  void go_on();
  /// kill -9.
  void kill();
  struct Outcome {
    bool exited_well = false;
    bool killed = false;
    std::vector<std::string> lines;  ///< all that were printed, whole ones
  };
  /// Waits until it is gone.
  Outcome wait();

 private:
  bool read_more();

  pid_t pid_ = 0;
  int to_worker_ = -1;
  int from_worker_ = -1;
  std::string printed_;
};

}  // namespace gapless::testing_support
