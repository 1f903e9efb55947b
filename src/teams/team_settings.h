#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/table_name.h"
#include "core/team_id.h"

namespace gapless {

/// The table that says for each team whether its figures are wanted.
struct SettingsTable {
  std::optional<Identifier> schema;  ///< none: where the database looks by itself
  Identifier table = Identifier::parse("posthog_team", "").value();
  Identifier column = Identifier::parse("web_analytics_pre_aggregated_tables_enabled", "").value();
  Identifier id_column = Identifier::parse("id", "").value();

  std::string name() const;  ///< "posthog_team", "public.posthog_team"
  std::string flag_name() const { return name() + "." + column.text(); }
  std::string id_name() const { return name() + "." + id_column.text(); }
  /// For statements, as standard SQL quotes them, so that case and reserved words do not matter.
  std::string quoted_table() const;
  /// Behind the table's alias `t`: SQLite takes a column that it does not know for a string where it stands alone.
  std::string quoted_column() const { return "t.\"" + column.text() + "\""; }
  std::string quoted_id_column() const { return "t.\"" + id_column.text() + "\""; }
};

/// Teams that may have their flag set; a look reads one row more.
inline constexpr std::size_t kMostFlaggedTeams = 1'000'000;

/// A settings table, in whichever database it is. The adapters stand in teams/postgres and teams/sqlite.
class TeamSettings {
 public:
  virtual ~TeamSettings() = default;
  /// The teams whose flag is set; NULL is not set. One look, bounded in time. "Could not look" is an error, never an
  /// empty answer. Errors: kUnavailable, kTimeout, kBadQuery, kCancelled; kCorrupt for an id that is none.
  virtual Result<Teams> enabled_teams() = 0;
};

/// The rows of an adapter's look, checked one by one: ids and flags as text.
class FlaggedTeams {
 public:
  explicit FlaggedTeams(const SettingsTable& table) : table_(table) {}
  /// No id: it is NULL. Errors: kCorrupt, naming the text and the column, for what is no team id or no flag, and where
  /// there are more than kMostFlaggedTeams.
  Status add(std::optional<std::string_view> id, std::string_view flag);
  Teams teams() && { return unique_teams(std::move(teams_)); }

 private:
  const SettingsTable& table_;
  Teams teams_;
};

}  // namespace gapless
