#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "core/error.h"
#include "core/team_id.h"

namespace gapless {

/// The rows of a query's result: texts with the names and types of their columns. Every typed access checks.
class Rows {
 public:
  /// Parses TabSeparatedWithNamesAndTypes. Errors: kCorrupt, saying where; also for an empty reply, since a query without
  /// rows still names its columns, and a lost reply must not look like it.
  static Result<Rows> parse_tsv(std::string_view bytes);
  Rows(std::vector<std::string> names, std::vector<std::string> types)
      : names_(std::move(names)), types_(std::move(types)) {}
  Rows() = default;

  std::size_t size() const { return columns() == 0 ? 0 : cells_.size() / columns(); }
  std::size_t columns() const { return names_.size(); }
  /// How many rows the engine read for them, by its own count; 0 where it does not say.
  std::uint64_t rows_read() const { return rows_read_; }
  void set_rows_read(std::uint64_t rows) { rows_read_ = rows; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& types() const { return types_; }
  /// As many cells as there are columns, none of them NULL. Errors: kCorrupt otherwise.
  Status append(std::vector<std::string> cells);

  /// Errors: kCorrupt unless the columns have exactly these names, in this order.
  Status expect(const std::vector<std::string_view>& names) const;

  /// The cell as it was before it was escaped; empty for NULL. Arrays, tuples and maps are literals: ['it\'s','b'].
  const std::string& text(std::size_t row, std::size_t column) const { return cells_[row * columns() + column]; }
  /// Errors of these: kCorrupt, naming column and text; NULL is an error. kInternal for a cell that is not there.
  Result<std::uint64_t> u64(std::size_t row, std::size_t column) const;
  Result<std::int64_t> i64(std::size_t row, std::size_t column) const;
  Result<Day> day(std::size_t row, std::size_t column) const;
  Result<TeamId> team(std::size_t row, std::size_t column) const;
  bool is_null(std::size_t row, std::size_t column) const { return nulls_[row * columns() + column]; }

 private:
  Status take(std::string_view field, std::size_t column, std::size_t line);
  Result<std::string_view> present(std::size_t row, std::size_t column, std::string_view type) const;
  Error mismatch(std::size_t row, std::size_t column, std::string_view type) const;

  std::vector<std::string> names_;
  std::vector<std::string> types_;
  std::vector<std::string> cells_;
  std::vector<bool> nulls_;
  std::uint64_t rows_read_ = 0;
};

}  // namespace gapless
