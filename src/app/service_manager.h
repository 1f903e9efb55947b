#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gapless {

/// Tells systemd how the service is (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names. Without it, nothing
/// happens. Thread-safe.
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET and WATCHDOG_USEC.
  ServiceManager();

  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  /// That all is well; to be said more often than every watchdog_interval().
  void alive() const;
  std::optional<std::chrono::microseconds> watchdog_interval() const { return watchdog_; }

 private:
  void notify(const std::string& text) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace gapless
