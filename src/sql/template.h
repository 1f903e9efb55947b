// sql/: every statement's text. Pure: texts with {name:Type} placeholders out, nothing else. Identifiers come in as
// TableName, which cannot hold a bad one; values are bound by the caller, by the names that each function states.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gapless::sql {

/// Replaces each `$name` of a template by its text; a name that is not given stays as it is, which the statement tests
/// look for. (Not fmt, since braces are ClickHouse's placeholders.)
std::string expand(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string>> values);

}  // namespace gapless::sql
