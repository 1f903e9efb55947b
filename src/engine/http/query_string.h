#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/statement.h"

namespace gapless {

/// What a statement is sent with beside its values: ClickHouse's settings, and words of its protocol. Each once, since
/// a server may refuse a second.
using HttpSettings = std::map<std::string, std::string>;

/// What stands behind the question mark of a URL: names and values, percent-encoded.
class QueryString {
 public:
  QueryString() = default;
  explicit QueryString(const HttpSettings& settings) {
    for (const auto& [name, value] : settings) add(name, value);
  }
  QueryString& add(std::string_view name, std::string_view value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A statement as it travels: its text in the body, the values of its placeholders in the URL; where these are long,
/// as a form, since servers and what stands before them bound their URLs.
struct StatementForm {
  QueryString query;
  std::string content_type;
  std::string body;
};

/// A server takes no value longer than its http_max_field_value_size, 128 KiB unless
/// it is told otherwise, in whichever place.
StatementForm statement_form(const Statement& statement, const HttpSettings& settings);

/// The same for an INSERT whose rows are to be the body: its text is in the URL, too.
QueryString insert_query(const Statement& statement, std::string_view format, const HttpSettings& settings);

}  // namespace gapless
