#include "app/engine_settings.h"

#include "app/set_value.h"
#include "app/setting_values.h"
#include "core/shards.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;

Status set_database(Identifier& target, const GivenValue& value) {
  const auto name = Identifier::parse(value.text, value.origin);
  if (!name) return must_be(value, "the name of a database: letters, digits and '_'");
  target = *name;
  return {};
}

/// "engine.settings.max_block_size" is a setting of ClickHouse.
Status set_engine_setting(const GivenValue& value, Settings& settings) {
  constexpr std::string_view kPrefix = "engine.settings.";
  const std::string name = value.key.substr(std::min(kPrefix.size(), value.key.size()));
  if (!Identifier::parse(name, value.origin))
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not the name of a ClickHouse setting (from {})", name, value.origin));
  settings.engine_settings[name] = value.text;
  return {};
}

/// A password in it would be in every message that has the URL.
Status check_url(std::string_view url, const GivenValue& value) {
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (is_http && url.find('@') == std::string_view::npos) return {};
  return fail(Fault::kInvalidInput,
              fmt::format("{} must be http(s)://HOST:PORT, without user and password (from {}): these are engine.user,"
                          " engine.password_file and GAPLESS_ENGINE_PASSWORD",
                          value.key, value.origin));
}

Status set_url(const GivenValue& value, Settings& settings) {
  if (!value.text.empty()) GAPLESS_TRY(check_url(value.text, value));
  settings.engine_url = value.text;
  return {};
}

/// Separated by commas.
Status set_shards(const GivenValue& value, Settings& settings) {
  std::vector<std::string> urls;
  for_each_part(value.text, ',', [&urls](std::string_view url) { urls.emplace_back(trimmed(url)); });
  for (auto url = urls.begin(); url != urls.end(); ++url) {
    GAPLESS_TRY(check_url(*url, value));
    if (std::find(urls.begin(), url, *url) != url)
      return fail(Fault::kInvalidInput, fmt::format("{} names {} twice (from {})", value.key, *url, value.origin));
  }
  GAPLESS_TRY(Shards::of(urls.size(), value.origin).map([](Shards) {}));
  settings.engine_shards = std::move(urls);
  return {};
}

}  // namespace

std::vector<Setting> engine_settings() {
  return {
      {{"engine.data",
        Kind::kText,
        {"GAPLESS_DATA"},
        "gapless-data",
        "directory of the state store, and of the embedded engine"},
       [](const GivenValue& value, Settings& settings) { return set_path(settings.data, value); }},
      {{"engine.url",
        Kind::kText,
        {"GAPLESS_ENGINE_URL"},
        "",
        "a ClickHouse server, 23.8 or newer, as in https://clickhouse.example.com:8443; without it the embedded "
        "engine"},
       set_url},
      {{"engine.shards",
        Kind::kTexts,
        {"GAPLESS_ENGINE_SHARDS"},
        "",
        "in the place of engine.url: the servers that teams are spread over, in an order that stays, new ones last, as "
        "in "
        "[\"http://ch1:8123\", \"http://ch2:8123\"]; user, password and the rest are the same on all"},
       set_shards},
      {{"engine.user", Kind::kText, {"GAPLESS_ENGINE_USER"}, "default", "the server's user"},
       [](const GivenValue& value, Settings& settings) -> Status {
         if (value.text.empty()) return must_be(value, "a user");
         settings.engine_user = value.text;
         return {};
       }},
      {{"engine.password",
        Kind::kText,
        {"GAPLESS_ENGINE_PASSWORD"},
        "",
        "its password; better in the variable or in engine.password_file than in this file"},
       [](const GivenValue& value, Settings& settings) -> Status {
         settings.engine_password = value.text;
         return {};
       },
       hidden},
      {{"engine.password_file",
        Kind::kText,
        {"GAPLESS_ENGINE_PASSWORD_FILE"},
        "",
        "file whose first line is the password"},
       [](const GivenValue& value, Settings& settings) { return set_path(settings.engine_password_file, value); }},
      {{"engine.ca_file",
        Kind::kText,
        {"GAPLESS_ENGINE_CA_FILE"},
        "",
        "certificates to trust, where the server's is not of an authority that the system trusts"},
       [](const GivenValue& value, Settings& settings) { return set_path(settings.engine_ca_file, value); }},
      {{"engine.database",
        Kind::kText,
        {"GAPLESS_ENGINE_DATABASE"},
        "gapless",
        "database of events, targets and ledger"},
       [](const GivenValue& value, Settings& settings) { return set_database(settings.database, value); }},
      {{"engine.staging_database",
        Kind::kText,
        {"GAPLESS_ENGINE_STAGING_DATABASE"},
        "",
        "database where days are built, the only one where tables are made and dropped again; without it "
        "engine.database"},
       [](const GivenValue& value, Settings& settings) -> Status {
         Identifier name = settings.database;
         GAPLESS_TRY(set_database(name, value));
         settings.staging_database = std::move(name);
         return {};
       }},
      {{"engine.chdb_library",
        Kind::kText,
        {"GAPLESS_CHDB_LIBRARY"},
        "",
        "libchdb.so, where it is not in ~/.cache/gapless or where the loader looks"},
       [](const GivenValue& value, Settings& settings) { return set_path(settings.chdb_library, value); }},
      {{"engine.max_threads",
        Kind::kNumber,
        {"GAPLESS_ENGINE_MAX_THREADS"},
        "0",
        "threads of one statement; 0 is every core of this machine, or what the server has set"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.max_threads, read_whole_number(value.text, 0, 1024), value);
       }},
      {{"engine.priority",
        Kind::kNumber,
        {"GAPLESS_ENGINE_PRIORITY"},
        "",
        "ClickHouse's setting priority for statements: the greater, the later they have their turn beside those of "
        "others, 0 is none; without it 10 on a server"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.priority, read_whole_number(value.text, 0, 1'000'000), value);
       }},
      {{"engine.settings",
        Kind::kTable,
        {"GAPLESS_ENGINE_SETTINGS"},
        "",
        "any settings of ClickHouse, checked at start-up, as in { max_block_size = 8192 }; in the variable as "
        "name=value,name=value"},
       set_engine_setting},
  };
}

}  // namespace gapless
