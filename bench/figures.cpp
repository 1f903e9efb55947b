#include "figures.h"

#include <fmt/format.h>

#include <algorithm>

namespace gapless::bench {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace

double Figures::of(const std::string& row, const std::string& column) const {
  const auto found = found_.find(row);
  if (found == found_.end() || !found->second.contains(column)) return 0;
  return median(found->second.at(column));
}

double Figures::noted(const std::string& name) const {
  const auto found = notes_.find(name);
  return found == notes_.end() ? 0 : found->second;
}

Json Figures::json() const {
  Json all = Json::object();
  for (const auto& [row, columns] : found_)
    for (const auto& [column, seconds] : columns) all["seconds"][row][column] = seconds;
  for (const auto& [name, value] : notes_) all["notes"][name] = value;
  return all;
}

std::string ratio(double longer, double shorter) {
  return longer > 0 && shorter > 0 ? fmt::format("{:.1f}x", longer / shorter) : "-";
}

std::string seconds_text(double seconds) { return seconds > 0 ? fmt::format("{:.3f} s", seconds) : "-"; }

}  // namespace gapless::bench
