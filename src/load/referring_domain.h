#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// Sets `out` to the host of a Referer, lower case, without user, port and brackets; to "$direct" where the text is
/// empty, "-", or not the address of an http or https page. `referer` must be UTF-8.
void set_referring_domain(std::string_view referer, std::string& out);

}  // namespace gapless
