#pragma once

#include <string_view>

namespace gapless {

/// What must be known of a statement's text before chDB may have it. Strings, quoted names and comments do not count.
struct StatementShape {
  bool several = false;       ///< more than one statement: chDB would run them all, and mix up their results
  bool rows_in_text = false;  ///< an INSERT with VALUES or FORMAT: chDB would read standard input as well
  bool has_format = false;    ///< a FORMAT clause: it has its way over the format that the call names

  static StatementShape of(std::string_view text);
};

}  // namespace gapless
