#include "util/kill_point.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace gapless {
namespace {

/// What one variable asks for.
class Request {
 public:
  Request(const char* variable, int signal) : signal_(signal) {
    const char* text = std::getenv(variable);
    if (text == nullptr) return;
    name_ = text;
    const auto colon = name_.find(':');
    if (colon == std::string::npos) return;
    nth_ = std::strtoull(name_.c_str() + colon + 1, nullptr, 10);
    name_.resize(colon);
  }

  void reached(std::string_view name, std::string_view of) {
    if (name_.size() != name.size() + of.size() || !name_.starts_with(name) || !name_.ends_with(of)) return;
    if (++times_ == nth_) std::raise(signal_);
  }

 private:
  const int signal_;
  std::string name_;
  std::uint64_t nth_ = 1;
  std::atomic<std::uint64_t> times_{0};
};

}  // namespace

void kill_point(std::string_view name, std::string_view of) {
  static Request kill("GAPLESS_KILL_AT", SIGKILL);
  static Request stop("GAPLESS_STOP_AT", SIGSTOP);
  kill.reached(name, of);
  stop.reached(name, of);
}

}  // namespace gapless
