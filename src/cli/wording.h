#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "util/counted.h"

namespace gapless {

// Numbers, sizes and times as a person reads them. JSON has them plain.

std::string format_bytes(std::uint64_t bytes);        ///< "512 B", "1.5 MiB"
std::string format_seconds(double seconds);           ///< "0.12 s", "41.3 s", "2 min 5 s", "1 h 20 min"
std::string format_clock(std::chrono::seconds left);  ///< "0:41", "12:05", "1:20:00"

/// The span that "30m", "2200s", "1h30m", "2d" or "500ms" stand for, and "0"; none for anything else.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);
/// A span as parse_span reads it, without loss: "1h30m", "0s".
std::string format_span(std::chrono::milliseconds span);

/// How many columns a text takes on a terminal: its code points, without ANSI colours. (Everything gapless prints is of
/// single width.)
std::size_t display_width(std::string_view text);
/// `text` on lines of at most `width` columns, broken at spaces, each but the first behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace gapless
