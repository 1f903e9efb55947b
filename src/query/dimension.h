// query/: reports: what they say, which days and which table answer them, and the asking.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/raw_sessions.h"

namespace gapless {

/// What a report is broken down by, or held to by a filter.
struct Dimension {
  enum class Kind {
    kText,
    kNumber,
    kFlag,       ///< its values are 'true' and 'false'
    kViewport,   ///< '390x844'
    kChannel,    ///< docs/REPORTS.md: channels
    kEntryHost,  ///< the column host of sessions
  };
  std::string_view name;         ///< "browser"
  std::string_view column = {};  ///< of the wide targets; none where it is made of several
  Kind kind = Kind::kText;
  bool of_views = false;  ///< each view has its own; only tables of views have it

  /// An expression over the columns, which gives its value as a String.
  std::string text() const;
  /// The columns that it is made of.
  std::vector<std::string_view> columns() const;
};

/// Every dimension, in the order of the manual.
std::span<const Dimension> all_dimensions();

/// By its name or its column's. Errors: kInvalidInput, with what may have been meant; `origin` says where the text is from.
Result<const Dimension*> find_dimension(std::string_view text, std::string_view origin);

}  // namespace gapless
