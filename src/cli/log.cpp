#include "cli/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "cli/json.h"
#include "core/day.h"

namespace gapless {
namespace {

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug: return "debug";
    case spdlog::level::warn: return "warn";
    case spdlog::level::err:
    case spdlog::level::critical: return "error";
    default: return "info";
  }
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

struct LogTarget {
  Console* console;
  LogFormat format;
  spdlog::level::level_enum level;

  void write(const spdlog::details::log_msg& message) const {
    if (message.level < level) return;
    const std::string time = format_instant(std::chrono::floor<std::chrono::seconds>(message.time));
    const std::string text(message.payload.data(), message.payload.size());
    const std::string word(level_name(message.level));
    if (format == LogFormat::kJson) {
      const Json line = {{"time", time}, {"level", word}, {"message", text}};
      console->line(line.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      console->line(time + " " + word + " " + text);
    }
  }
};

/// Writes to the process's own console, and to that of the command on whose behalf a message is.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ConsoleSink(LogTarget own) : own_(own) {}

  void add(const void* command, LogTarget target) {
    const std::lock_guard lock(mutex_);
    commands_.insert_or_assign(command, target);
  }
  void remove(const void* command) {
    const std::lock_guard lock(mutex_);
    commands_.erase(command);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    own_.write(message);
    if (working_for == nullptr) return;
    if (const auto command = commands_.find(working_for); command != commands_.end()) command->second.write(message);
  }
  void flush_() override {}

  const LogTarget own_;
  std::map<const void*, LogTarget> commands_;
};

std::shared_ptr<ConsoleSink> the_sink;

LogTarget target_of(Console& console, const Settings& settings) {
  return {&console, settings.log_format, to_spdlog(effective_log_level(settings, console.is_terminal()))};
}

}  // namespace

LogLevel effective_log_level(const Settings& settings, bool terminal) {
  if (settings.verbosity == Verbosity::kQuiet) return LogLevel::kError;
  if (settings.verbosity == Verbosity::kVerbose) return LogLevel::kDebug;
  if (terminal && !settings.log_level_was_given) return LogLevel::kWarn;
  return settings.log_level;
}

void start_logging(Console& console, const Settings& settings) {
  const LogTarget own = target_of(console, settings);
  the_sink = std::make_shared<ConsoleSink>(own);
  auto logger = std::make_shared<spdlog::logger>("gapless", the_sink);
  logger->set_level(own.level);
  spdlog::set_default_logger(std::move(logger));
}

// A logger without sinks, since none at all would not survive the next message.
void stop_logging() {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("silent"));
  the_sink.reset();
}

CommandLog::CommandLog(Console& console, const Settings& settings) : console_(console) {
  const LogTarget target = target_of(console, settings);
  if (target.level < spdlog::default_logger()->level()) spdlog::default_logger()->set_level(target.level);
  the_sink->add(this, target);
}

CommandLog::~CommandLog() {
  the_sink->remove(this);
  console_.clear();
}

}  // namespace gapless
