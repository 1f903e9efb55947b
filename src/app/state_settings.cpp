#include "app/state_settings.h"

#include "app/set_value.h"
#include "app/setting_values.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;

/// PostgreSQL cuts longer names.
constexpr std::size_t kLongestSchemaName = 63;

Status set_state_url(const GivenValue& value, Settings& settings) {
  const GivenValue shown{value.key, without_passwords(value.text), value.origin};
  if (value.text.empty()) {
    settings.state_url.clear();
    return {};
  }
  return set(settings.state_url, read_postgres_connection(value.text), shown);
}

Status set_schema(const GivenValue& value, Settings& settings) {
  const auto name = Identifier::parse(value.text, value.origin);
  if (!name || name->text().size() > kLongestSchemaName)
    return must_be(value, "the name of a schema: letters, digits and '_', at most 63 characters");
  settings.state_schema = *name;
  return {};
}

}  // namespace

std::vector<Setting> state_settings() {
  return {
      {{"state.url",
        Kind::kText,
        {"GAPLESS_STATE_URL"},
        "",
        "PostgreSQL database that keeps runs, leases and journal for several hosts, as in "
        "postgresql://user@host:port/database; without it a file in engine.data, for one host"},
       set_state_url,
       without_passwords},
      {{"state.password_file",
        Kind::kText,
        {"GAPLESS_STATE_PASSWORD_FILE"},
        "",
        "file whose first line is the password for it; without it PGPASSWORD or ~/.pgpass"},
       [](const GivenValue& value, Settings& settings) { return set_path(settings.state_password_file, value); }},
      {{"state.schema",
        Kind::kText,
        {"GAPLESS_STATE_SCHEMA"},
        "gapless",
        "schema of its tables there; one for each warehouse"},
       set_schema},
  };
}

}  // namespace gapless
