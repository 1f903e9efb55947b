#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "util/json.h"

namespace gapless::api {

// A subset of JSON Schema 2020-12, small enough that every word of it is checked: type (one name, or several), enum,
// format (date, date-time), minimum, maximum, minLength, maxLength, properties, required, additionalProperties (false
// only), items, minItems, maxItems; beside them title, description, default and examples, which check nothing. Member
// `pattern` is left out on purpose: backtracking over a stranger's text may take for ever.

/// Whether a schema stays within the subset, so that the document promises nothing that is not checked. Errors:
/// kInternal, naming the word.
Status check_schema(const Json& schema);

/// Whether a value agrees with its schema. `what` names it in messages ("the member 'teams'"). Errors: kInvalidInput.
Status check_value(const Json& schema, const Json& value, std::string_view what);

/// The text of a parameter as the value of its schema's type, checked; the items of an array are separated by commas.
/// Errors: kInvalidInput, naming `what` and text.
Result<Json> parse_text(const Json& schema, std::string_view text, std::string_view what);

/// The object in a request's body. Errors: kInvalidInput, for what is no JSON object, nested too deeply, or names a
/// member twice.
Result<Json> parse_body(std::string_view text);

}  // namespace gapless::api
