#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "app/command_run.h"
#include "app/run_feed.h"

namespace gapless {

/// Runs commands in the daemon's process: for ticks, for the API, and for clients of the command socket. Thread-safe.
class Commander {
 public:
  /// Told of every run that is over, from the thread that ran it: its id, its job, and the error that it ended with where it
  /// had no report.
  using OnRunEnd = std::function<void(const std::string& run_id, const std::string& job, const std::string& error)>;

  Commander(std::shared_ptr<OpenData> data, Configuration configuration, Surroundings surroundings,
            OnRunEnd on_run_end);
  /// Stops what runs, and waits for it.
  ~Commander();

  /// The daemon's own settings.
  Configuration configuration() const;
  void set_configuration(Configuration configuration);
  const Surroundings& surroundings() const { return surroundings_; }
  RunFeed& feed() { return feed_; }

  struct Answer {
    CommandRun::Outcome outcome;
    Json document;  ///< that the command printed; null where it ended with an error
  };
  /// One command with the daemon's settings, as a program would call it.
  Answer ask(std::string_view command, const Given& given, RunOrigin origin = {}, std::stop_token stop = {});
  /// A command that begins a run, in a thread of its own; returns the run's id at once. `then` is called at its end.
  std::string start(std::string_view command, const Given& given, std::string trigger,
                    std::function<void(const Answer&)> then = {});
  /// Waits until a run that was started is in the history. Errors: why it cannot be.
  Status wait_for_record(const std::string& run_id, const std::stop_token& stop) const;
  /// A command line of a client, with the client's settings, on its streams.
  CommandRun::Outcome run_for_client(const std::vector<std::string>& words, const Surroundings& surroundings,
                                     const std::stop_token& stop);
  /// What a command works on, with the daemon's settings.
  std::unique_ptr<Services> services(std::stop_token stop) const;

 private:
  struct Task {
    std::jthread thread;
    std::atomic<bool> is_done{false};
  };
  static std::string job_of(const CommandSpec& command, const Given& given);
  /// Runs it, watched under that id.
  CommandRun::Outcome watched(CommandRun& run, const Given& given, RunOrigin origin, std::stop_token stop);

  /// As the history has it, or where it has none what is known.
  Json record_of(const std::string& run_id, const std::string& error) const;

  const std::shared_ptr<OpenData> data_;
  const Surroundings surroundings_;
  const OnRunEnd on_run_end_;
  mutable std::mutex mutex_;
  Configuration configuration_;
  RunFeed feed_;
  std::list<Task> tasks_;
};

}  // namespace gapless
