#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/command_run.h"
#include "app/configuration.h"
#include "util/file_descriptor.h"

namespace gapless {

// How commands reach the daemon that has their data directory open. A client sends its words, environment and working
// directory, and lends its three standard streams; the daemon runs the command on them, and answers how it ended.

/// Hands the command to the daemon that listens there, and waits for its end. A stop request is passed on, and so is this
/// process's end. None where no daemon listens. Errors: kConflict where it is of another version, kUnavailable where it
/// went away before the command ended.
Result<std::optional<CommandRun::Outcome>> ask_daemon(const std::filesystem::path& socket,
                                                      const std::vector<std::string>& words,
                                                      const Surroundings& surroundings, const std::stop_token& stop);

/// The daemon's end: runs every command in a thread of its own. Thread-safe.
class CommandSocket {
 public:
  /// Runs one command. The streams are open as long as it runs.
  using Handler = std::function<CommandRun::Outcome(const std::vector<std::string>& words, const Surroundings&,
                                                    const std::stop_token&)>;
  /// Listens at the path, for this user alone; what a dead daemon left there is replaced. Errors: kUnavailable.
  static Result<std::unique_ptr<CommandSocket>> listen(const std::filesystem::path& path, Handler handler);
  /// Asks every command to stop, waits for them, and takes the socket away.
  ~CommandSocket();
  CommandSocket(const CommandSocket&) = delete;
  CommandSocket& operator=(const CommandSocket&) = delete;

 private:
  struct Client {
    std::jthread thread;
    bool is_done = false;
  };
  CommandSocket(std::filesystem::path path, FileDescriptor socket, Handler handler);
  void accept_clients(const std::stop_token& stop);
  void serve(FileDescriptor client, const std::stop_token& stop) const;

  const std::filesystem::path path_;
  const FileDescriptor socket_;
  const Handler handler_;
  std::mutex mutex_;
  std::list<Client> clients_;
  std::jthread accepting_;
};

}  // namespace gapless
