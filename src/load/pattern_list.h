#pragma once

#include <re2/filtered_re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "load/text_matcher.h"

namespace gapless {

/// One of uap-core's lists: regular expressions in an order, of which the first that matches gives the answer.
/// Immutable once compiled, and then thread-safe.
class PatternList {
 public:
  struct Pattern {
    std::string regex;
    bool ignore_case = false;
    std::optional<std::string> family;  ///< the replacement, with $1 to $9 for groups; without one, the first group
    std::optional<std::string> brand;
  };
  struct Match {
    std::string family;  ///< trimmed
    std::string brand;
  };

  /// Errors: kCorrupt, naming the regular expression that does not compile.
  static Result<PatternList> compile(std::vector<Pattern> patterns);

  std::optional<Match> first_match(std::string_view text) const;

 private:
  PatternList() = default;
  std::vector<Pattern> patterns_;
  re2::FilteredRE2 filter_;
  /// The texts without one of which a pattern cannot match: few patterns are tried in earnest.
  std::unique_ptr<const TextMatcher> atoms_;
};

}  // namespace gapless
