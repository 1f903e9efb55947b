#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "core/team_id.h"

namespace gapless {

/// A statement's text with {name:Type} placeholders, and the values to bind to them. Values never become part of the
/// text: they are sent beside it, in ClickHouse's escaped form.
class Statement {
 public:
  struct Parameter {
    std::string name;
    std::string value;  ///< as ClickHouse reads parameters: escaped as in TSV, but an Identifier as it stands
  };

  explicit Statement(std::string text) : text_(std::move(text)) {}

  /// Each gives a placeholder its value; a second one of the same name replaces the first.
  Statement& bind(std::string_view name, std::string_view text);  ///< {name:String} or {name:Identifier}
  Statement& bind(std::string_view name, std::uint64_t value);    ///< {name:UInt64}
  Statement& bind(std::string_view name, std::int64_t value);     ///< {name:Int64}
  Statement& bind(std::string_view name, Day day);                ///< {name:Date}
  Statement& bind(std::string_view name, Instant instant);        ///< {name:DateTime64(6, 'UTC')}
  Statement& bind(std::string_view name, const Teams& teams);     ///< {name:Array(UInt64)}
  Statement& bind(std::string_view name, const std::vector<std::string>& texts);  ///< {name:Array(String)}

  /// A value of any type as ClickHouse reads it, escaped already: as it came with a request.
  Statement& bind_escaped(std::string_view name, std::string value) { return add(name, std::move(value)); }

  const std::string& text() const { return text_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  Statement& add(std::string_view name, std::string value);
  std::string text_;
  std::vector<Parameter> parameters_;
};

}  // namespace gapless
