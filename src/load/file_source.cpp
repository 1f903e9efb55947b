#include "load/file_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "load/access_log.h"
#include "load/event_encoder.h"
#include "load/event_json.h"
#include "load/line_reader.h"
#include "load/user_agent.h"

namespace gapless {
namespace {

constexpr std::size_t kBlockBytes = 4 << 20;
constexpr std::uint64_t kLinesBetweenReports = 16 * 1024;

Result<std::unique_ptr<EventParser>> make_parser(LoadFormat format, const ReadOptions& options) {
  if (format != LoadFormat::kAccessLog) return std::make_unique<EventJsonParser>(options.inserted_at);
  GAPLESS_ASSIGN(const UserAgentPatterns* patterns, UserAgentPatterns::built_in());
  GAPLESS_ASSIGN(auto parser, AccessLogParser::create({options.team, options.host, options.inserted_at}, *patterns));
  return std::make_unique<AccessLogParser>(std::move(parser));
}

/// Reads one file: the lines through the parser into blocks, and counts.
class FileReading {
 public:
  FileReading(std::unique_ptr<ByteSource> source, const ReadOptions& options, const EventSink& sink)
      : lines_(std::move(source)), options_(options), sink_(sink) {
    if (options_.rejects != nullptr) {
      lines_.on_long_line([this](std::string_view piece) { options_.rejects->write(piece); });
    }
  }

  Result<FileReport> run(const std::string& path, LoadFormat format) {
    report_.path = path;
    report_.format = format;
    if (format == LoadFormat::kAuto) {
      GAPLESS_ASSIGN(const std::string_view start, lines_.peek(kDetectionBytes));
      GAPLESS_ASSIGN(report_.format, detect_format(start, shown_path(path)));
    }
    GAPLESS_ASSIGN(const auto parser, make_parser(report_.format, options_));
    GAPLESS_TRY(read_all(*parser));
    GAPLESS_TRY(hand_over());
    if (options_.rejects != nullptr) GAPLESS_TRY(options_.rejects->flush());
    tell_progress();
    GAPLESS_TRY(judge_rejects());
    if (report_.events > 0) {
      report_.first_day = Day::of(first_);
      report_.last_day = Day::of(last_);
    }
    return std::move(report_);
  }

 private:
  Status read_all(EventParser& parser) {
    Event event;
    for (;;) {
      std::string_view line;
      GAPLESS_ASSIGN(const LineKind kind, lines_.next(line));
      if (kind == LineKind::kEnd) return {};
      ++report_.lines;
      if (kind == LineKind::kTooLong) {
        reject(line, fmt::format("the line is longer than {} bytes", LineReader::kLongestLine));
      } else {
        LineOutcome outcome = parser.parse(line, event);
        if (std::holds_alternative<Accepted>(outcome)) {
          GAPLESS_TRY(take(event));
        } else if (const auto* skipped = std::get_if<Skipped>(&outcome)) {
          ++report_.skipped[static_cast<std::size_t>(skipped->reason)];
        } else {
          reject(line, std::move(std::get<Rejected>(outcome).reason));
        }
      }
      if (report_.lines % kLinesBetweenReports == 0) GAPLESS_TRY(pause());
    }
  }

  Status take(const Event& event) {
    first_ = report_.events == 0 ? event.timestamp : std::min(first_, event.timestamp);
    last_ = report_.events == 0 ? event.timestamp : std::max(last_, event.timestamp);
    ++report_.events;
    block_.add(event);
    return block_.bytes() >= kBlockBytes ? hand_over() : Status{};
  }

  Status hand_over() {
    const std::uint64_t events = block_.events();
    return events == 0 ? Status{} : sink_(EventBlock{block_.take_block(), events});
  }

  void reject(std::string_view line, std::string reason) {
    ++report_.rejected;
    if (report_.first_rejects.size() < kFirstRejects)
      report_.first_rejects.push_back({report_.lines, std::move(reason)});
    if (options_.rejects != nullptr) {
      options_.rejects->write(line);
      options_.rejects->end_line();
    }
  }

  /// A reader that never waits, as of a file on disk with nothing but skipped lines, must still notice a stop.
  Status pause() {
    tell_progress();
    if (options_.stop.stop_requested()) {
      return fail(Fault::kCancelled, fmt::format("stopped while reading {}", shown_path(report_.path)));
    }
    return {};
  }

  void tell_progress() const {
    if (!options_.on_progress) return;
    const ByteSource& source = lines_.source();
    options_.on_progress({source.bytes_read(), source.bytes_total(), report_.lines, report_.events});
  }

  Status judge_rejects() const {
    const double percent =
        report_.lines == 0 ? 0 : 100.0 * static_cast<double>(report_.rejected) / static_cast<double>(report_.lines);
    if (percent <= options_.max_rejects_percent) return {};
    std::string message = fmt::format(
        "{}: {} of {} lines rejected ({:.1f} %), more than the {:g} % allowed; nothing was "
        "loaded from it.",
        shown_path(report_.path), report_.rejected, report_.lines, percent, options_.max_rejects_percent);
    for (const RejectedLine& rejected : report_.first_rejects) {
      message += fmt::format("\n  line {}: {}", rejected.line, rejected.reason);
    }
    if (report_.rejected > report_.first_rejects.size()) message += "\n  …";
    message +=
        "\nTo load the good lines all the same, allow more with --max-rejects PERCENT; --rejects FILE keeps the "
        "rejected ones.";
    return fail(Fault::kInvalidInput, std::move(message));
  }

  LineReader lines_;
  const ReadOptions& options_;
  const EventSink& sink_;
  FileReport report_;
  EventEncoder block_;
  Instant first_;
  Instant last_;
};

}  // namespace

Result<FileReport> read_events(const std::string& path, LoadFormat format, const ReadOptions& options,
                               const EventSink& sink) {
  GAPLESS_ASSIGN(auto source, open_bytes(path, options.workplace, options.stop));
  return FileReading(std::move(source), options, sink).run(path, format);
}

}  // namespace gapless
