#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/webhook.h"
#include "api/options.h"
#include "core/table_name.h"
#include "core/team_buckets.h"
#include "gateway/options.h"
#include "schedule/cron.h"
#include "schedule/time_zone.h"
#include "sql/mapping.h"
#include "teams/selection.h"
#include "teams/team_settings.h"
#include "util/retry.h"

namespace gapless {

enum class OutputFormat { kText, kJson };
enum class Colour { kAuto, kAlways, kNever };
enum class Verbosity { kQuiet, kNormal, kVerbose };
enum class LogFormat { kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// A bound on memory: bytes, or where there are none a share of what the machine (or its cgroup) has.
struct MemoryLimit {
  std::optional<std::uint64_t> bytes;
  double percent_of_machine = 0;
};

/// Where canonical events are read from; without a database, from that of the engine.
struct SourceTable {
  std::optional<Identifier> database;
  Identifier table = Identifier::parse("events", "").value();
};

/// backfill.history_days = "all"
inline constexpr int kWholeHistory = 0;

/// Where the strategy project_settings looks.
struct TeamSettingsDatabase {
  enum class Kind { kNone, kPostgres, kSqlite };
  Kind kind = Kind::kNone;
  std::string location = {};  ///< what libpq connects to, perhaps with a password in it, or the file
};

/// When a job runs by itself.
struct JobTimes {
  std::optional<CronExpression> cron;  ///< none: never
  std::optional<TimeZone> zone;        ///< none: Settings::time_zone
};

/// What this run of the program was told, every value checked. app/ makes it, from its table of settings, which also has
/// the defaults; what stands here is not one.
struct Settings {
  std::filesystem::path data;              ///< as given, perhaps relative
  std::string engine_url;                  ///< of a server
  std::vector<std::string> engine_shards;  ///< of several servers, by shard; not beside engine_url
  /// Those of all servers, by shard; none: the embedded engine.
  std::vector<std::string> servers() const {
    if (engine_shards.empty() && !engine_url.empty()) return {engine_url};
    return engine_shards;
  }
  std::string engine_user;
  std::string engine_password;
  std::filesystem::path engine_password_file;  ///< empty: none; and the next likewise
  std::filesystem::path engine_ca_file;
  std::optional<Identifier> staging_database;
  std::optional<unsigned> priority;
  Identifier database = Identifier::parse("gapless", "").value();
  std::filesystem::path chdb_library;  ///< empty: searched for
  unsigned max_threads = 0;            ///< 0: every core
  std::map<std::string, std::string> engine_settings;

  std::string state_url;                      ///< of a PostgreSQL database; empty: a file in the data directory
  std::filesystem::path state_password_file;  ///< empty: none
  Identifier state_schema = Identifier::parse("gapless", "").value();

  SourceTable source;
  std::string source_query;  ///< empty: the table
  sql::Preset source_preset = sql::Preset::kGapless;
  sql::FieldExpressions source_columns;
  std::optional<bool> sessionize_nameless;  ///< none: as the preset has it; the next likewise
  std::optional<sql::Persons> source_persons;
  SourceTable person_overrides;
  sql::Source::Inventory source_inventory = sql::Source::Inventory::kParts;
  std::vector<SourceTable> source_tables;
  std::chrono::milliseconds source_max_lag{0};
  bool source_final = false;
  bool hash_content = false;
  std::optional<int> retention_days;
  std::optional<int> keep_days;
  bool keeps_breakdowns = true;
  std::optional<TeamBuckets> team_buckets;  ///< none: as the tables are

  TeamRules teams;
  TeamSettingsDatabase team_settings_database;
  std::filesystem::path team_settings_password_file;  ///< empty: none
  SettingsTable team_settings_table;

  int detection_window_days = 0;
  int days_back = 0;
  int end_offset_days = 0;
  std::chrono::milliseconds settle_delay{0};
  bool newest_first = true;
  bool jobs_accept_definition = false;
  std::optional<int> history;        ///< finished days in which something may be missing; none: as days_back
  std::size_t max_days_per_run = 0;  ///< 0: no limit
  std::size_t max_concurrent = 1;

  std::chrono::milliseconds statement_timeout{0};
  std::chrono::milliseconds run_timeout{0};
  std::chrono::milliseconds pause_between_days{0};
  MemoryLimit memory;
  double max_shrink_percent = 0;
  RetryPolicy retry;
  int keep_runs_days = 0;

  JobTimes daily;
  JobTimes intraday;
  JobTimes backfill;
  JobTimes verify;
  std::size_t verify_sample = 0;  ///< cells that the job verify compares; 0: all
  TimeZone time_zone;             ///< of jobs without one of their own
  std::string listen;             ///< HOST:PORT of the API; empty: there is none
  std::vector<api::Token> api_tokens;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_origins;
  std::string gateway_listen;  ///< HOST:PORT for ClickHouse clients; empty: they are not served
  std::vector<gateway::Token> gateway_tokens;
  std::chrono::milliseconds gateway_timeout{0};
  std::uint64_t gateway_max_result_rows = 0;
  MemoryLimit gateway_memory;  ///< of one statement
  std::vector<Webhook> webhooks;
  std::string alerts_secret;                   ///< empty: nothing is signed
  std::chrono::seconds oldest_gap_allowed{0};  ///< an older one is alerted

  OutputFormat output = OutputFormat::kText;
  Colour colour = Colour::kAuto;
  Verbosity verbosity = Verbosity::kNormal;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  bool log_level_was_given = false;
};

/// One setting as it is documented: in help texts, in the file that `init` writes, in the manual.
struct SettingInfo {
  enum class Kind { kText, kNumber, kBoolean, kNumbers, kTexts, kTable };
  std::string_view key;                       ///< "backfill.days_back"
  Kind kind;                                  ///< how gapless.toml writes it
  std::vector<std::string_view> environment;  ///< the first that is set counts
  std::string_view default_text;              ///< empty: none
  std::string_view help;                      ///< a sentence, without full stop
};

/// One setting as it is now, and where that came from.
struct SettingValue {
  std::string_view key;
  std::string text;
  std::string origin;  ///< "default", "gapless.toml:12", "GAPLESS_DATA", "--data"
};

}  // namespace gapless
