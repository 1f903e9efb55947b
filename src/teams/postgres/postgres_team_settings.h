#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>

#include "teams/team_settings.h"

namespace gapless {

/// A settings table in a PostgreSQL database, read in one transaction that can only read.
class PostgresTeamSettings final : public TeamSettings {
 public:
  struct Options {
    std::string connection;               ///< as libpq reads it: a URL or key=value pairs
    std::filesystem::path password_file;  ///< whose first line is the password; empty: libpq's own ways
    SettingsTable table;
    std::chrono::milliseconds timeout{std::chrono::seconds(10)};  ///< of connecting, and of reading
    std::stop_token stop{};
  };
  explicit PostgresTeamSettings(Options options) : options_(std::move(options)) {}

  /// A stop request ends it at once, but for the time of connecting.
  Result<Teams> enabled_teams() override;

 private:
  Result<Teams> read(const std::string& connection_text, std::atomic<bool>& timed_out) const;
  Error too_slow() const;
  /// The exception that is being handled.
  Error error_of_current_exception() const;

  const Options options_;
};

}  // namespace gapless
