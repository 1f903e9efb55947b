#pragma once

#include <string_view>

#include "core/error.h"

namespace gapless {

/// What kind of failure a ClickHouse error code stands for. Codes that are not in the table are kBadQuery, since most of
/// them are about the statement, and repeating it would not help.
Fault clickhouse_fault(int code);

/// The error in a text as ClickHouse writes it, "Code: N. DB::Exception: text. (NAME) (version …)", whose text may have
/// line feeds and further errors in it. The message is one line, "text (code N NAME)". A text without a code is
/// kInternal. Where a disk is full, the code is 243 whatever the failing call's own code was.
Error parse_clickhouse_error(std::string_view text);

}  // namespace gapless
