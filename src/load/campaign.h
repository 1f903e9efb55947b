#pragma once

#include <string>
#include <string_view>

#include "load/event.h"

namespace gapless {

/// Reads utm_*, gclid, fbclid and gad_source from the query string of a request's target into the event, whose fields
/// must be empty. Keys and values are percent-decoded, "+" is a space, of repeated keys the first counts.
void read_campaign(std::string_view target, Event& event);

/// Appends the text with %HH as bytes and "+" as a space; other uses of "%" stay. What is not UTF-8 becomes U+FFFD.
void append_percent_decoded(std::string_view text, std::string& out);

}  // namespace gapless
