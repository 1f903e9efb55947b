#pragma once

#include <map>
#include <string>
#include <vector>

#include "util/json.h"

namespace gapless::bench {

/// Seconds by what was done (a row) and by whom (a column), each measured several times in turn with the others.
class Figures {
 public:
  void add(const std::string& row, const std::string& column, double seconds) {
    found_[row][column].push_back(seconds);
  }
  /// The median; 0 where it was not measured.
  double of(const std::string& row, const std::string& column) const;
  /// Every measurement, and in `notes` what is no time.
  Json json() const;
  void note(const std::string& name, double value) { notes_[name] = value; }
  double noted(const std::string& name) const;

 private:
  std::map<std::string, std::map<std::string, std::vector<double>>> found_;
  std::map<std::string, double> notes_;
};

/// "12.3x": how many times longer the first took; "-" where one of them was not measured.
std::string ratio(double longer, double shorter);
/// "0.123 s"; "-" where it was not measured.
std::string seconds_text(double seconds);

}  // namespace gapless::bench
