#pragma once

#include <filesystem>

namespace gapless::bench {

// Files of a busy site, made of the project's samples, and the same every time. Made once, and kept.

enum class Lines { kAll, kPageViews };

/// The lines of the recorded access log `copies` times: each time from other addresses, with one of eight versions of
/// its user agent, and four days later, until after four weeks the next server's log begins.
void make_access_log(const std::filesystem::path& sample, Lines lines, std::size_t copies,
                     const std::filesystem::path& into);

/// Every recorded event `copies` times, up to 256: each time with other ids, and of other people.
void make_event_file(const std::filesystem::path& sample, std::size_t copies, const std::filesystem::path& into);

}  // namespace gapless::bench
