#include "cli/text_table.h"

#include <algorithm>

#include "cli/wording.h"

namespace gapless {

void TextTable::add(std::vector<Cell> row) {
  for (Cell& cell : row) std::replace(cell.text.begin(), cell.text.end(), '\n', ' ');
  rows_.push_back(std::move(row));
}

std::string TextTable::render(const Style& style) const {
  std::vector<Cell> header;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    header.emplace_back(column.title, Tone::kDim);
    widths.push_back(display_width(column.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
  std::string text = render_row(style, header, widths);
  for (const auto& row : rows_) text += render_row(style, row, widths);
  return text;
}

std::string TextTable::render_row(const Style& style, const std::vector<Cell>& row,
                                  const std::vector<std::size_t>& widths) const {
  std::string line;
  std::size_t pending = 0;  // spaces that are only written where something follows them
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t padding = widths[i] - display_width(row[i].text);
    const bool right = columns_[i].align == Align::kRight;
    pending += right ? padding : 0;
    if (!row[i].text.empty()) {
      line += std::string(pending, ' ') + style.paint(row[i].tone, row[i].text);
      pending = 0;
    }
    pending += (right ? 0 : padding) + 2;
  }
  return line + "\n";
}

}  // namespace gapless
