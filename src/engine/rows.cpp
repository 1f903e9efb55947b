#include "engine/rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "engine/tsv.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

constexpr std::string_view kNull = "\\N";

/// The lines of a reply, each with its line feed.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t number() const { return number_; }
  /// The next line without its line feed. None where the reply ends before one.
  std::optional<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

template <class Take>
Status for_each_field(std::string_view line, Take take) {
  for (;;) {
    const std::size_t end = line.find('\t');
    GAPLESS_TRY(take(line.substr(0, end)));
    if (end == std::string_view::npos) return {};
    line.remove_prefix(end + 1);
  }
}

Result<std::string> unescape(std::string_view field, std::size_t line) {
  auto text = tsv_unescape(field);
  if (!text) return fail(Fault::kCorrupt, fmt::format("line {} of a result has a bad escape in '{}'", line, field));
  return std::move(*text);
}

Result<std::vector<std::string>> header(Lines& lines, std::string_view what) {
  const auto line = lines.next();
  if (!line) return fail(Fault::kCorrupt, fmt::format("a result ends before the {} of its columns", what));
  std::vector<std::string> fields;
  GAPLESS_TRY(for_each_field(*line, [&](std::string_view field) -> Status {
    GAPLESS_ASSIGN(std::string text, unescape(field, lines.number()));
    fields.push_back(std::move(text));
    return {};
  }));
  return fields;
}

/// Whether cells of the type are literals, whose texts are quoted and escaped within them and not once more around.
bool is_literal(std::string_view type) {
  for (const std::string_view composite : {"Array(", "Tuple(", "Map(", "Nested("}) {
    if (type.starts_with(composite)) return true;
  }
  return false;
}

}  // namespace

Result<Rows> Rows::parse_tsv(std::string_view bytes) {
  Lines lines(bytes);
  GAPLESS_ASSIGN(auto names, header(lines, "names"));
  GAPLESS_ASSIGN(auto types, header(lines, "types"));
  if (names.size() != types.size()) {
    return fail(Fault::kCorrupt, fmt::format("a result has {} columns and {} types", names.size(), types.size()));
  }
  Rows rows(std::move(names), std::move(types));
  const auto fields = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')) * rows.columns();
  rows.cells_.reserve(fields);
  rows.nulls_.reserve(fields);
  while (!lines.at_end()) {
    const auto line = lines.next();
    if (!line) return fail(Fault::kCorrupt, fmt::format("a result ends within line {}", lines.number() + 1));
    std::size_t found = 0;
    GAPLESS_TRY(for_each_field(*line, [&](std::string_view field) -> Status {
      const std::size_t column = found++;
      if (column < rows.columns()) return rows.take(field, column, lines.number());
      return {};
    }));
    if (found != rows.columns()) {
      return fail(Fault::kCorrupt, fmt::format("line {} of a result has {} fields for {} columns", lines.number(),
                                               found, rows.columns()));
    }
  }
  return rows;
}

Status Rows::take(std::string_view field, std::size_t column, std::size_t line) {
  const bool null = field == kNull;
  if (null) {
    cells_.emplace_back();
  } else if (field.find('\\') == std::string_view::npos || is_literal(types_[column])) {
    cells_.emplace_back(field);
  } else {
    GAPLESS_ASSIGN(std::string text, unescape(field, line));
    cells_.push_back(std::move(text));
  }
  nulls_.push_back(null);
  return {};
}

Status Rows::append(std::vector<std::string> cells) {
  if (cells.size() != columns()) {
    return fail(Fault::kCorrupt, fmt::format("{} cells for {} columns", cells.size(), columns()));
  }
  for (std::string& cell : cells) {
    cells_.push_back(std::move(cell));
    nulls_.push_back(false);
  }
  return {};
}

Status Rows::expect(const std::vector<std::string_view>& names) const {
  if (std::equal(names.begin(), names.end(), names_.begin(), names_.end())) return {};
  return fail(Fault::kCorrupt, fmt::format("a result has the columns {} instead of {}", fmt::join(names_, ", "),
                                           fmt::join(names, ", ")));
}

Result<std::string_view> Rows::present(std::size_t row, std::size_t column, std::string_view type) const {
  if (row >= size() || column >= columns()) {
    return fail(Fault::kInternal,
                fmt::format("row {}, column {} of a result of {} rows and {} columns", row, column, size(), columns()));
  }
  if (is_null(row, column)) {
    return fail(Fault::kCorrupt, fmt::format("column {} is NULL where {} is expected", names_[column], type));
  }
  return std::string_view(text(row, column));
}

Error Rows::mismatch(std::size_t row, std::size_t column, std::string_view type) const {
  return {Fault::kCorrupt, 0,
          fmt::format("column {} has '{}' where {} is expected", names_[column], text(row, column), type)};
}

Result<std::uint64_t> Rows::u64(std::size_t row, std::size_t column) const {
  constexpr std::string_view kType = "an unsigned integer";
  GAPLESS_ASSIGN(const std::string_view cell, present(row, column, kType));
  if (const auto value = parse_number<std::uint64_t>(cell)) return *value;
  return fail(mismatch(row, column, kType));
}

Result<std::int64_t> Rows::i64(std::size_t row, std::size_t column) const {
  constexpr std::string_view kType = "an integer";
  GAPLESS_ASSIGN(const std::string_view cell, present(row, column, kType));
  if (const auto value = parse_number<std::int64_t>(cell)) return *value;
  return fail(mismatch(row, column, kType));
}

Result<Day> Rows::day(std::size_t row, std::size_t column) const {
  constexpr std::string_view kType = "a day";
  GAPLESS_ASSIGN(const std::string_view cell, present(row, column, kType));
  if (const auto value = Day::parse(cell, names_[column])) return *value;
  return fail(mismatch(row, column, kType));
}

Result<TeamId> Rows::team(std::size_t row, std::size_t column) const {
  constexpr std::string_view kType = "a team id";
  GAPLESS_ASSIGN(const std::string_view cell, present(row, column, kType));
  if (const auto value = TeamId::parse(cell, names_[column])) return *value;
  return fail(mismatch(row, column, kType));
}

}  // namespace gapless
