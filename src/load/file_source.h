#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "core/team_id.h"
#include "load/event_parser.h"
#include "load/format_detection.h"
#include "load/rejects_file.h"
#include "util/workplace.h"

namespace gapless {

/// How far reading a file is.
struct ReadProgress {
  std::uint64_t bytes_read = 0;              ///< as stored: of a gzip file, packed bytes
  std::optional<std::uint64_t> bytes_total;  ///< nothing for a pipe
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
};

struct ReadOptions {
  TeamId team;          ///< of access logs
  std::string host;     ///< of access logs whose lines name none
  Instant inserted_at;  ///< the time of the load
  double max_rejects_percent = 5;
  RejectsFile* rejects = nullptr;                        ///< gets every rejected line, where there is one
  std::function<void(const ReadProgress&)> on_progress;  ///< called some times a second, and at the end
  std::stop_token stop;
  Workplace workplace = {};
};

/// Some events as a block of the Native format, as EventEncoder makes it. The bytes live until the sink returns.
struct EventBlock {
  std::string_view bytes;
  std::uint64_t events = 0;
};
/// An error ends the reading with that error.
using EventSink = std::function<Status(const EventBlock&)>;

struct RejectedLine {
  std::uint64_t line;  ///< from 1
  std::string reason;
};

/// What became of a file. lines = events + rejected + all skipped.
struct FileReport {
  std::string path;
  LoadFormat format = LoadFormat::kAuto;  ///< kAuto where no line says
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
  std::uint64_t rejected = 0;
  std::array<std::uint64_t, kSkipReasons.size()> skipped{};  ///< by SkipReason
  std::optional<Day> first_day;                              ///< of the events; nothing where there are none
  std::optional<Day> last_day;
  std::vector<RejectedLine> first_rejects;  ///< at most kFirstRejects

  std::uint64_t skipped_for(SkipReason reason) const { return skipped[static_cast<std::size_t>(reason)]; }
};
inline constexpr std::size_t kFirstRejects = 5;

/// Reads a file ("-": standard input) to its end and hands its events to the sink in blocks of about 4 MiB, in constant
/// memory but for 16 bytes and some room for each distinct line of an access log.
///
/// All or nothing is the caller's to keep: an error may come after many blocks, so what the sink got must only count
/// once a report is returned. Errors: kInvalidInput where the file cannot be used or too many of its lines are rejected
/// (decided at the end, naming the first few); kCorrupt for damaged gzip data; kUnavailable where reading or writing
/// fails; kCancelled once a stop is requested; and the sink's.
Result<FileReport> read_events(const std::string& path, LoadFormat format, const ReadOptions& options,
                               const EventSink& sink);

}  // namespace gapless
