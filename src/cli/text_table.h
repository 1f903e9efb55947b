#pragma once

#include <string>
#include <vector>

#include "cli/style.h"

namespace gapless {

/// A table as text: columns two spaces apart, as wide as their widest cell, below a header. No trailing spaces.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };
  struct Cell {
    Cell(std::string cell_text, Tone cell_tone = Tone::kPlain) : text(std::move(cell_text)), tone(cell_tone) {}
    Cell(const char* cell_text) : text(cell_text) {}
    std::string text;
    Tone tone = Tone::kPlain;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns; line feeds in them become spaces.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  std::string render(const Style& style) const;

 private:
  std::string render_row(const Style& style, const std::vector<Cell>& row,
                         const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace gapless
