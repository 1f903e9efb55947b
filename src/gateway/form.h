#pragma once

#include <string_view>

#include "gateway/failure.h"
#include "gateway/request.h"

namespace gapless::gateway {

/// Whether a body of that Content-Type is a form of several parts.
bool is_form(std::string_view content_type);

/// Takes the parts of a form into the request: the statement ("query") and the values of its placeholders ("param_…"),
/// which clients send so where they are too long for a URL. Failures: 36 for what is no such form, or says something
/// twice; 48 for files, which would be tables of the client's.
OrFailure<void> take_form(std::string_view content_type, std::string_view body, Request& request);

}  // namespace gapless::gateway
