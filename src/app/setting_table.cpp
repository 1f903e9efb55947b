#include "app/setting_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/daemon_settings.h"
#include "app/engine_settings.h"
#include "app/gateway_settings.h"
#include "app/set_value.h"
#include "app/setting_values.h"
#include "app/source_settings.h"
#include "app/state_settings.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;
constexpr int kMostDays = 36'500;

Status set_teams(Teams& target, const GivenValue& value) {
  GAPLESS_ASSIGN(target, parse_teams(value.text, value.origin));
  return {};
}

Status set_strategies(std::vector<Strategy>& target, const GivenValue& value) {
  std::vector<Strategy> strategies;
  std::string_view rest = value.text;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view word = rest.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    const auto strategy = parse_strategy(word);
    if (!strategy) {
      std::vector<std::string_view> names;
      for (const Strategy known : kStrategies) names.push_back(name(known));
      return must_be(value, "strategies among " + alternatives(names));
    }
    if (std::ranges::find(strategies, *strategy) == strategies.end()) strategies.push_back(*strategy);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  target = std::move(strategies);
  return {};
}

Status set_settings_database(const GivenValue& value, Settings& settings) {
  return set(settings.team_settings_database, read_settings_database(value.text),
             {value.key, without_passwords(value.text), value.origin});
}

Status set_column(Identifier& target, const GivenValue& value) {
  const auto name = Identifier::parse(value.text, value.origin);
  if (!name) return must_be(value, "the name of a column: letters, digits and '_'");
  target = *name;
  return {};
}

std::vector<Setting> target_settings() {
  return {
      {{"targets.keep_days",
        Kind::kNumber,
        {"GAPLESS_TARGETS_KEEP_DAYS"},
        "",
        "days that figures are kept, where a TTL or somebody drops older ones: they are not made again. Without it "
        "everything is kept"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.keep_days, read_whole_number(value.text, 1, kMostDays), value);
       }},
      {{"targets.breakdowns",
        Kind::kBoolean,
        {"GAPLESS_TARGETS_BREAKDOWNS"},
        "true",
        "keep web_pre_aggregated_breakdowns, the narrow table for reports. false: it is not made, and one that is "
        "there "
        "is left as it is"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.keeps_breakdowns, read_boolean(value.text), value);
       }},
      {{"targets.team_buckets",
        Kind::kNumber,
        {"GAPLESS_TARGETS_TEAM_BUCKETS"},
        "",
        "partitions of the targets for each day, by team modulo this number, so that repairing a team copies less; "
        "without it as the tables are, and 1 where there are none. gapless targets rebuild changes it"},
       [](const GivenValue& value, Settings& settings) -> Status {
         int count = 0;
         GAPLESS_TRY(set(count, read_whole_number(value.text, 1, TeamBuckets::kMost), value));
         GAPLESS_ASSIGN(settings.team_buckets, TeamBuckets::of(static_cast<std::uint64_t>(count), value.origin));
         return {};
       }},
  };
}

std::vector<Setting> team_settings() {
  return {
      {{"teams.strategies",
        Kind::kTexts,
        {"WEB_ANALYTICS_TEAM_SELECTION_STRATEGIES"},
        "all",
        "how teams are chosen: all (with events in the window or figures), list (teams.enabled; also called "
        "environment_variable), high_pageviews (the busiest of the last 30 days), project_settings (those whose flag "
        "is "
        "set in a table); of several, what any of them chooses"},
       [](const GivenValue& value, Settings& settings) { return set_strategies(settings.teams.strategies, value); }},
      {{"teams.enabled",
        Kind::kNumbers,
        {"WEB_ANALYTICS_ENABLED_TEAM_IDS"},
        "",
        "the teams that the strategy list chooses"},
       [](const GivenValue& value, Settings& settings) { return set_teams(settings.teams.enabled, value); }},
      {{"teams.exclude",
        Kind::kNumbers,
        {"GAPLESS_EXCLUDE_TEAM_IDS"},
        "",
        "teams that are never worked on; always wins"},
       [](const GivenValue& value, Settings& settings) { return set_teams(settings.teams.excluded, value); }},
      {{"teams.top_limit",
        Kind::kNumber,
        {"WEB_ANALYTICS_TOP_TEAMS_LIMIT"},
        "30",
        "how many teams the strategy high_pageviews chooses at most, 1 to 100"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.teams.top_limit, read_whole_number(value.text, 1, 100), value);
       }},
      {{"teams.settings_database",
        Kind::kText,
        {"GAPLESS_TEAMS_SETTINGS_DATABASE"},
        "",
        "where the strategy project_settings looks: postgresql://user@host:port/database, libpq's host=HOST "
        "dbname=DATABASE, or sqlite:PATH"},
       set_settings_database,
       without_passwords},
      {{"teams.settings_password_file",
        Kind::kText,
        {"GAPLESS_TEAMS_SETTINGS_PASSWORD_FILE"},
        "",
        "file with the password for PostgreSQL; without it PGPASSWORD or ~/.pgpass"},
       [](const GivenValue& value, Settings& settings) {
         return set_path(settings.team_settings_password_file, value);
       }},
      {{"teams.settings_table",
        Kind::kText,
        {"GAPLESS_TEAMS_SETTINGS_TABLE"},
        "posthog_team",
        "table with a row a team, as table or schema.table"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.team_settings_table, read_settings_table(value.text, settings.team_settings_table), value);
       }},
      {{"teams.settings_column",
        Kind::kText,
        {"GAPLESS_TEAMS_SETTINGS_COLUMN"},
        "web_analytics_pre_aggregated_tables_enabled",
        "its column that says whether a team is wanted: a boolean, or 1 and 0; NULL is no"},
       [](const GivenValue& value, Settings& settings) {
         return set_column(settings.team_settings_table.column, value);
       }},
      {{"teams.settings_id_column",
        Kind::kText,
        {"GAPLESS_TEAMS_SETTINGS_ID_COLUMN"},
        "id",
        "its column with the team id"},
       [](const GivenValue& value, Settings& settings) {
         return set_column(settings.team_settings_table.id_column, value);
       }},
  };
}

std::vector<Setting> work_settings() {
  return {
      {{"backfill.detection_window_days",
        Kind::kNumber,
        {"WEB_ANALYTICS_BACKFILL_DETECTION_WINDOW_DAYS", "WEB_ANALYTICS_BACKFILL_LOOKBACK_DAYS"},
        "7",
        "finished days that the job daily looks at"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.detection_window_days, read_whole_number(value.text, 1, kMostDays), value);
       }},
      {{"backfill.days_back",
        Kind::kNumber,
        {"WEB_ANALYTICS_BACKFILL_DAYS_BACK", "WEB_ANALYTICS_BACKFILL_HISTORICAL_DAYS"},
        "30",
        "finished days that plan, backfill, status and the job backfill look at"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.days_back, read_whole_number(value.text, 1, kMostDays), value);
       }},
      {{"backfill.history_days",
        Kind::kText,
        {"GAPLESS_BACKFILL_HISTORY_DAYS"},
        "",
        "how many finished days back plan, backfill and the job backfill build what is missing, above all of new "
        "teams, or "
        "all; without it as days_back"},
       [](const GivenValue& value, Settings& settings) -> Status {
         if (value.text != "all") return set(settings.history, read_whole_number(value.text, 1, kMostDays), value);
         settings.history = kWholeHistory;
         return {};
       }},
      {{"backfill.end_offset_days",
        Kind::kNumber,
        {"GAPLESS_BACKFILL_END_OFFSET_DAYS"},
        "1",
        "how long before today those days end; 1 is yesterday, and 0 too: a day that is not over is left alone"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.end_offset_days, read_whole_number(value.text, 0, kMostDays), value);
       }},
      {{"backfill.settle_delay",
        Kind::kText,
        {"GAPLESS_SETTLE_DELAY"},
        "30m",
        "time after midnight UTC at which a day counts as over"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.settle_delay, read_span(value.text), value);
       }},
      {{"backfill.order", Kind::kText, {"GAPLESS_BACKFILL_ORDER"}, "newest", "which days come first, newest or oldest"},
       [](const GivenValue& value, Settings& settings) {
         return choose<bool>(settings.newest_first, value, {{"newest", true}, {"oldest", false}});
       }},
      {{"backfill.accept_definition",
        Kind::kText,
        {"GAPLESS_ACCEPT_DEFINITION"},
        "ask",
        "cells made by another definition: ask has jobs leave them until gapless backfill, auto recomputes them"},
       [](const GivenValue& value, Settings& settings) {
         return choose<bool>(settings.jobs_accept_definition, value, {{"ask", false}, {"auto", true}});
       }},
      {{"backfill.max_days_per_run",
        Kind::kNumber,
        {"WEB_ANALYTICS_BACKFILL_MAX_PARTITIONS_PER_RUN"},
        "0",
        "days that one job recomputes at most; 0 is no limit"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.max_days_per_run, read_whole_number(value.text, 0, kMostDays), value);
       }},
      {{"backfill.max_concurrent",
        Kind::kNumber,
        {"WEB_ANALYTICS_BACKFILL_MAX_CONCURRENT"},
        "2",
        "days that are recomputed at the same time"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.max_concurrent, read_whole_number(value.text, 1, 64), value);
       }},
      {{"verify.sample",
        Kind::kNumber,
        {"GAPLESS_VERIFY_SAMPLE"},
        "100",
        "cells that the job verify compares with the source, by chance; 0 is all of the last days_back days"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.verify_sample, read_whole_number(value.text, 0, 1'000'000), value);
       }},
      {{"limits.statement_timeout",
        Kind::kText,
        {"WEB_PRE_AGGREGATED_CLICKHOUSE_TIMEOUT"},
        "2200s",
        "longest time of one statement; the variable may be a number of seconds"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.statement_timeout, read_span_or_seconds(value.text), value);
       }},
      {{"limits.run_timeout",
        Kind::kText,
        {"GAPLESS_RUN_TIMEOUT"},
        "2400s",
        "time after which a job begins no new day"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.run_timeout, read_span(value.text), value);
       }},
      {{"limits.memory",
        Kind::kText,
        {"GAPLESS_MEMORY_LIMIT"},
        "60%",
        "memory of all running statements, as in 4GiB, or a share of the machine's or the cgroup's"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.memory, read_memory_limit(value.text), value);
       }},
      {{"limits.max_shrink_percent",
        Kind::kNumber,
        {"GAPLESS_MAX_SHRINK_PERCENT"},
        "10",
        "share of published cells that may lose more than half of their view events before a run refuses"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.max_shrink_percent, read_percentage(value.text), value);
       }},
      {{"limits.pause_between_days", Kind::kText, {"GAPLESS_PAUSE_BETWEEN_DAYS"}, "0s", "rest after each day"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.pause_between_days, read_span(value.text), value);
       }},
      {{"retry.attempts",
        Kind::kNumber,
        {"GAPLESS_RETRY_ATTEMPTS"},
        "3",
        "how often a day is tried where trying again may help"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.retry.attempts, read_whole_number(value.text, 1, 100), value);
       }},
      {{"retry.base_delay",
        Kind::kText,
        {"GAPLESS_RETRY_BASE_DELAY"},
        "60s",
        "longest wait before the second attempt; it doubles with each"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.retry.base_delay, read_span(value.text), value);
       }},
      {{"retry.max_delay", Kind::kText, {"GAPLESS_RETRY_MAX_DELAY"}, "15m", "longest wait before any attempt"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.retry.max_delay, read_span(value.text), value);
       }},
      {{"runs.keep_days", Kind::kNumber, {"GAPLESS_RUNS_KEEP_DAYS"}, "365", "how long the history of runs is kept"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.keep_runs_days, read_whole_number(value.text, 1, kMostDays), value);
       }},
  };
}

std::vector<Setting> output_settings() {
  return {
      {{"output.format", Kind::kText, {"GAPLESS_OUTPUT"}, "text", "text for people, or json for programs"},
       [](const GivenValue& value, Settings& settings) {
         return choose<OutputFormat>(settings.output, value,
                                     {{"text", OutputFormat::kText}, {"json", OutputFormat::kJson}});
       }},
      {{"output.color",
        Kind::kText,
        {"GAPLESS_COLOR"},
        "auto",
        "auto is on a terminal, unless NO_COLOR is set; always or never"},
       [](const GivenValue& value, Settings& settings) {
         return choose<Colour>(settings.colour, value,
                               {{"auto", Colour::kAuto}, {"always", Colour::kAlways}, {"never", Colour::kNever}});
       }},
      {{"output.verbosity", Kind::kText, {"GAPLESS_VERBOSITY"}, "normal", "quiet, normal or verbose"},
       [](const GivenValue& value, Settings& settings) {
         return choose<Verbosity>(
             settings.verbosity, value,
             {{"quiet", Verbosity::kQuiet}, {"normal", Verbosity::kNormal}, {"verbose", Verbosity::kVerbose}});
       }},
      {{"log.format",
        Kind::kText,
        {"GAPLESS_LOG_FORMAT"},
        "text",
        "of the log on standard error: text, or json for an object a line"},
       [](const GivenValue& value, Settings& settings) {
         return choose<LogFormat>(settings.log_format, value, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
       }},
      {{"log.level",
        Kind::kText,
        {"GAPLESS_LOG_LEVEL"},
        "info",
        "debug, info, warn or error; on a terminal warn, unless it is set"},
       [](const GivenValue& value, Settings& settings) {
         settings.log_level_was_given = value.origin != "default";
         return choose<LogLevel>(settings.log_level, value,
                                 {{"debug", LogLevel::kDebug},
                                  {"info", LogLevel::kInfo},
                                  {"warn", LogLevel::kWarn},
                                  {"error", LogLevel::kError}});
       }},
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (auto part : {engine_settings(), state_settings(), source_settings(), target_settings(), team_settings(),
                    work_settings(), daemon_settings(), gateway_settings(), output_settings()})
    for (Setting& setting : part) all.push_back(std::move(setting));
  return all;
}

}  // namespace

std::span<const Setting> setting_table() {
  static const std::vector<Setting> all = all_settings();
  return all;
}

std::span<const SettingInfo> setting_infos() {
  static const std::vector<SettingInfo> all = [] {
    std::vector<SettingInfo> infos;
    for (const Setting& setting : setting_table()) infos.push_back(setting.info);
    return infos;
  }();
  return all;
}

const Setting* find_setting(std::string_view key) {
  for (const Setting& setting : setting_table()) {
    if (setting.info.key == key) return &setting;
    if (setting.info.kind == Kind::kTable && key.starts_with(std::string(setting.info.key) + ".")) return &setting;
  }
  return nullptr;
}

}  // namespace gapless
