#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// The name of a database, table or column: letters, digits and '_', not beginning with a digit, at most 200 characters.
class Identifier {
 public:
  /// Errors: kInvalidInput, naming the text and `origin`.
  static Result<Identifier> parse(std::string_view text, std::string_view origin);
  const std::string& text() const { return text_; }
  bool operator==(const Identifier&) const = default;

 private:
  friend struct TableName;
  explicit Identifier(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A table of a database, as statements name it. ClickHouse takes no placeholder after FROM in ALTER and CREATE, so
/// names are part of the text; this type is why that is safe.
struct TableName {
  Identifier database;
  Identifier table;

  /// Of names that the program itself makes. Precondition: `own_table` is an identifier.
  static TableName own(const Identifier& database, std::string_view own_table) {
    return {database, Identifier(std::string(own_table))};
  }
  /// `database`.`table`
  std::string quoted() const { return "`" + database.text() + "`.`" + table.text() + "`"; }
};

}  // namespace gapless
