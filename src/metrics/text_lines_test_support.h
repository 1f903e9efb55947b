#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace gapless {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Series, as they are written, with their values.
inline std::map<std::string, double> values_of(const std::string& text) {
  std::map<std::string, double> values;
  for (const std::string& line : lines_of(text))
    if (!line.starts_with('#')) values[line.substr(0, line.rfind(' '))] = std::stod(line.substr(line.rfind(' ')));
  return values;
}

/// Those that may only grow: of counters, and of histograms.
inline std::map<std::string, double> counters_of(const std::string& text) {
  std::map<std::string, double> counters;
  for (const auto& [series, value] : values_of(text)) {
    const std::string family = series.substr(0, series.find('{'));
    for (const char* suffix : {"_total", "_bucket", "_count", "_sum"})
      if (family.ends_with(suffix)) counters[series] = value;
  }
  return counters;
}

/// What of a text is against Prometheus' conventions, or against ours.
class ConventionCheck {
 public:
  explicit ConventionCheck(const std::string& text) {
    for (const std::string& line : lines_of(text)) {
      std::istringstream words(line);
      std::string hash, what, family, rest;
      if (line.starts_with('#')) {
        words >> hash >> what >> family;
        std::getline(words >> std::ws, rest);
        (what == "HELP" ? helps_ : types_)[family] = rest;
      } else {
        look_at_series(line.substr(0, line.rfind(' ')));
      }
    }
    for (const auto& [family, help] : helps_)
      if (help.empty() || !help.ends_with('.') || (help[0] >= 'a' && help[0] <= 'z'))
        problems_.push_back("the help of " + family + " is no sentence");
    for (const auto& [family, type] : types_) look_at_family(family, type);
  }
  std::vector<std::string> problems() const { return problems_; }

 private:
  void look_at_family(const std::string& family, const std::string& type) {
    if (!family.starts_with("gapless_") && !family.starts_with("process_"))
      problems_.push_back(family + " has no prefix");
    if (type == "counter" && !family.ends_with("_total")) problems_.push_back(family + " does not end in _total");
    if (type != "counter" && family.ends_with("_total")) problems_.push_back(family + " is no counter");
    if (type == "histogram" && !family.ends_with("_seconds") && !family.ends_with("_bytes"))
      problems_.push_back(family + " has no unit");
    for (const char* unit : {"milliseconds", "minutes", "hours", "days", "kilobytes", "megabytes", "percent"})
      if (family.find(unit) != std::string::npos) problems_.push_back(family + " has no base unit");
  }

  void look_at_series(const std::string& series) {
    if (!series_.insert(series).second) problems_.push_back(series + " is there twice");
    std::string family = series.substr(0, series.find('{'));
    for (const std::string_view suffix : {"_bucket", "_count", "_sum"})
      if (family.ends_with(suffix) && !types_.contains(family)) family.resize(family.size() - suffix.size());
    if (!helps_.contains(family)) problems_.push_back(family + " has no HELP before it");
    if (!types_.contains(family)) problems_.push_back(family + " has no TYPE before it");
    for (const std::string label : {"team", "day", "job", "instance"})
      for (const char* before : {"{", ","})
        if (series.find(before + label + "=\"") != std::string::npos)
          problems_.push_back(family + " has the label " + label);
  }

  std::map<std::string, std::string> helps_;
  std::map<std::string, std::string> types_;
  std::set<std::string> series_;
  std::vector<std::string> problems_;
};

inline std::vector<std::string> problems_of(const std::string& text) { return ConventionCheck(text).problems(); }

}  // namespace gapless
