#include "engine/http/query_string.h"

#include <fmt/format.h>

#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::size_t kLongestParameters = std::size_t{8} << 10U;  // in a URL, of all parameters, encoded
constexpr std::size_t kShortValue = 512;                           // stays in the URL all the same
// Within a value it would have to follow a line feed, which is escaped there.
constexpr std::string_view kBoundary = "gapless-b1946ac92492d2347c6235b4d2611184";

bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~'; }

void append_encoded(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

void append_field(std::string& body, std::string_view name, std::string_view value) {
  body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", kBoundary, name);
  body += value;
  body += "\r\n";
}

QueryString with_parameters(const Statement& statement, QueryString query) {
  for (const auto& [name, value] : statement.parameters()) query.add("param_" + name, value);
  return query;
}

}  // namespace

QueryString& QueryString::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  append_encoded(text_, name);
  text_ += '=';
  append_encoded(text_, value);
  return *this;
}

StatementForm statement_form(const Statement& statement, const HttpSettings& settings) {
  const QueryString without(settings);
  QueryString whole = with_parameters(statement, without);
  if (whole.text().size() - without.text().size() <= kLongestParameters)
    return {std::move(whole), "text/plain; charset=UTF-8", statement.text()};
  StatementForm form{without, fmt::format("multipart/form-data; boundary={}", kBoundary), {}};
  append_field(form.body, "query", statement.text());
  for (const auto& [name, value] : statement.parameters()) {
    if (value.size() <= kShortValue)
      form.query.add("param_" + name, value);
    else
      append_field(form.body, "param_" + name, value);
  }
  form.body += fmt::format("--{}--\r\n", kBoundary);
  return form;
}

QueryString insert_query(const Statement& statement, std::string_view format, const HttpSettings& settings) {
  QueryString query = with_parameters(statement, QueryString(settings));
  return query.add("query", fmt::format("{} FORMAT {}", statement.text(), format));
}

}  // namespace gapless
