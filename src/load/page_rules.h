#pragma once

#include <string_view>

namespace gapless {

/// True where the path ends, ASCII case ignored, in one of the extensions of files that are no pages: images, styles,
/// scripts, archives, feeds, and so on. /robots.txt and /favicon.ico are among them.
bool is_asset(std::string_view path);

/// True where the user agent is empty or "-", or contains, ASCII case ignored, one of the words by which programs that
/// are no readers name themselves.
bool is_bot(std::string_view user_agent);

}  // namespace gapless
