#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// What a file's lines are. kAuto as a request is "find out"; as an answer it is "there is no line to tell by".
enum class LoadFormat { kAuto, kAccessLog, kEvents };

/// "auto", "access-log", "events": as the command line and reports name it.
const char* name(LoadFormat format);
/// Errors: kInvalidInput, naming the text.
Result<LoadFormat> parse_load_format(std::string_view text);

/// How much of a file's start detect_format should see.
inline constexpr std::size_t kDetectionBytes = 64 * 1024;

/// Decides by the first lines that are not empty: the first that looks like a JSON object or like an access log's line
/// says which. Errors: kInvalidInput where the start is binary, or no line is either; `file` is for the message.
Result<LoadFormat> detect_format(std::string_view start, std::string_view file);

}  // namespace gapless
