#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "util/file_descriptor.h"

namespace gapless::http {

using Deadline = std::chrono::steady_clock::time_point;

/// Ends every wait of every connection, once and for ever.
class StopSignal {
 public:
  static Result<StopSignal> make();
  void raise() const;
  int fd() const { return event_.get(); }

 private:
  explicit StopSignal(FileDescriptor event) : event_(std::move(event)) {}
  FileDescriptor event_;
};

/// One client's connection. Every call waits until its deadline at most, and not at all once the signal is raised. Used
/// by one thread.
class Connection {
 public:
  enum class Read { kBytes, kEnd, kTimeout, kStopped };

  /// `socket` does not block. `stop` outlives the connection.
  Connection(FileDescriptor socket, const StopSignal& stop) : socket_(std::move(socket)), stop_(stop) {}

  /// Appends what is there to `into`, or waits for something. kEnd also where the connection broke.
  Read read(std::string& into, Deadline deadline) const;
  /// False where the client did not take all of it.
  bool write(std::string_view bytes, Deadline deadline) const;
  /// True where the client has closed its side, or the connection is broken.
  bool is_gone() const;
  /// Says that no more comes, and reads on for a moment: closing with unread bytes would take the reply from a client
  /// that is still sending.
  void close_gently() const;

 private:
  enum class Wait { kReady, kTimeout, kStopped };
  Wait wait(short events, Deadline deadline) const;

  FileDescriptor socket_;
  const StopSignal& stop_;
};

}  // namespace gapless::http
