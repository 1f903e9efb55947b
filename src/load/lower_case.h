#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// Appends the UTF-8 text in lower case, by Unicode's one-to-one mappings (15.0) and İ as i with a dot above.
/// Independent of the locale.
void append_lower_case(std::string_view text, std::string& out);

}  // namespace gapless
