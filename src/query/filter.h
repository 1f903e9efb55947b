#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/dimension.h"

namespace gapless {

/// What rows must have: one of some texts for a dimension, be it, contain it or begin with it; or none of them.
struct Filter {
  enum class Match { kEquals, kContains, kStartsWith };
  const Dimension* dimension = nullptr;
  Match match = Match::kEquals;
  bool negated = false;
  std::vector<std::string> texts;  ///< at least one

  /// "browser=Chrome", "page^/docs/|/blog/", "country!=DE": an operator is = (is), ~ (contains) or ^ (begins with), or
  /// one of them after a !. Alternatives stand between |; \ takes its meaning from a |, & or \, and \n is a line feed.
  /// Errors: kInvalidInput.
  static Result<Filter> parse(std::string_view text);
  /// As parse() reads it.
  std::string to_string() const;
};

/// Filters between & or line feeds; all of them must hold.
Result<std::vector<Filter>> parse_filters(std::string_view lines);

/// A condition with placeholders {filter_N:Array(String)}, N the filter's place in `filters`; empty where there is none.
std::string condition_of(const std::vector<Filter>& filters);

/// Whether any of them is of what each view has of its own.
bool any_of_views(const std::vector<Filter>& filters);

}  // namespace gapless
