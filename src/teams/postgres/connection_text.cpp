#include "teams/postgres/connection_text.h"

#include <libpq-fe.h>

#include <map>
#include <memory>

namespace gapless {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ParsedOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<std::string> connection_text(const std::string& given, const std::optional<std::string>& password,
                                    int connect_timeout_seconds) {
  char* why = nullptr;  // quotes what it could not read, password and all
  const ParsedOptions parsed(PQconninfoParse(given.c_str(), &why));
  if (why != nullptr) PQfreemem(why);
  if (!parsed)
    return fail(Fault::kBadQuery,
                "PostgreSQL's library cannot read teams.settings_database; write it as "
                "postgresql://user@host:port/database or host=HOST port=PORT dbname=DATABASE user=USER, in a URL with "
                "special characters as %40");

  std::map<std::string, std::string> options = {{"connect_timeout", std::to_string(connect_timeout_seconds)},
                                                {"fallback_application_name", "gapless"},
                                                {"client_encoding", "UTF8"}};
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') options[option->keyword] = option->val;
  if (password) options["password"] = *password;
  std::string text;
  for (const auto& [keyword, value] : options) text += (text.empty() ? "" : " ") + keyword + "=" + quoted(value);
  return text;
}

}  // namespace gapless
