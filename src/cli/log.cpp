#include "cli/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
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

class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  ConsoleSink(Console& console, LogFormat format) : console_(console), format_(format) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string time = format_instant(std::chrono::floor<std::chrono::seconds>(message.time));
    const std::string text(message.payload.data(), message.payload.size());
    const std::string level(level_name(message.level));
    if (format_ == LogFormat::kJson) {
      const Json line = {{"time", time}, {"level", level}, {"message", text}};
      console_.line(line.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      console_.line(time + " " + level + " " + text);
    }
  }
  void flush_() override {}

  Console& console_;
  const LogFormat format_;
};

}  // namespace

LogLevel effective_log_level(const Settings& settings, bool terminal) {
  if (settings.verbosity == Verbosity::kQuiet) return LogLevel::kError;
  if (settings.verbosity == Verbosity::kVerbose) return LogLevel::kDebug;
  if (terminal && !settings.log_level_was_given) return LogLevel::kWarn;
  return settings.log_level;
}

void start_logging(Console& console, const Settings& settings) {
  auto logger =
      std::make_shared<spdlog::logger>("gapless", std::make_shared<ConsoleSink>(console, settings.log_format));
  logger->set_level(to_spdlog(effective_log_level(settings, console.is_terminal())));
  spdlog::set_default_logger(std::move(logger));
}

// A logger without sinks, since none at all would not survive the next message.
void stop_logging() { spdlog::set_default_logger(std::make_shared<spdlog::logger>("silent")); }

}  // namespace gapless
