#include "postgres/connection_text.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>

namespace gapless {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ParsedOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

ParsedOptions parsed_options(const std::string& given) {
  char* why = nullptr;  // quotes what it could not read, password and all
  ParsedOptions parsed(PQconninfoParse(given.c_str(), &why));
  if (why != nullptr) PQfreemem(why);
  return parsed;
}

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<std::string> connection_text(const PostgresTarget& target, std::map<std::string, std::string> defaults) {
  const ParsedOptions parsed = parsed_options(target.given);
  if (!parsed)
    return fail(Fault::kBadQuery,
                fmt::format("PostgreSQL's library cannot read {}; write it as postgresql://user@host:port/database or "
                            "host=HOST port=PORT dbname=DATABASE user=USER, in a URL with special characters as %40",
                            target.setting));

  std::map<std::string, std::string> options = std::move(defaults);
  options.emplace("fallback_application_name", "gapless");
  options["client_encoding"] = "UTF8";
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') options[option->keyword] = option->val;
  if (target.password) options["password"] = *target.password;
  std::string text;
  for (const auto& [keyword, value] : options) text += (text.empty() ? "" : " ") + keyword + "=" + quoted(value);
  return text;
}

std::string shown_place(const PostgresTarget& target) {
  std::map<std::string, std::string> options;
  if (const ParsedOptions parsed = parsed_options(target.given))
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
      if (option->val != nullptr) options[option->keyword] = option->val;
  const std::string& host = options["host"].empty() ? options["hostaddr"] : options["host"];
  const std::string port = options["port"].empty() ? "" : ":" + options["port"];
  const std::string database = options["dbname"].empty() ? "" : "/" + options["dbname"];
  return (host.empty() ? "this machine" : host) + port + database;
}

}  // namespace gapless
