#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>

#include "teams/team_settings.h"

namespace gapless {

/// A settings table in an SQLite file, which must exist and is opened for reading only.
class SqliteTeamSettings final : public TeamSettings {
 public:
  struct Options {
    std::filesystem::path file;
    SettingsTable table;
    std::chrono::milliseconds timeout{std::chrono::seconds(10)};
    std::stop_token stop{};
  };
  explicit SqliteTeamSettings(Options options) : options_(std::move(options)) {}

  Result<Teams> enabled_teams() override;

 private:
  Result<Teams> read() const;
  /// The exception that is being handled.
  Error error_of_current_exception() const;

  const Options options_;
};

}  // namespace gapless
