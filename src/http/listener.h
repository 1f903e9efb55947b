#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "http/bind.h"
#include "http/handler.h"
#include "http/socket.h"

namespace gapless::http {

/// Takes connections, and gives each a thread.
class Listener {
 public:
  /// Listens when it returns. Errors: kInvalidInput for options that cannot be used, above all an address that others can
  /// reach where there are no tokens; kConflict where the port is taken.
  static Result<std::unique_ptr<Listener>> start(ServerOptions options, std::unique_ptr<Handler> handler);
  ~Listener() { stop(); }

  /// As HOST:PORT, with the port that was taken where 0 was asked for.
  const std::string& address() const { return bound_.address; }
  /// Ends idle connections at once, and waits for calls that are at work. May be repeated. Not for handlers to call, which
  /// would wait for themselves.
  void stop();

 private:
  using Threads = std::list<std::thread>;

  Listener(ServerOptions options, std::unique_ptr<Handler> handler, BoundSocket bound, StopSignal signal);
  void accept_all();
  void take(FileDescriptor socket);
  void serve(const Connection& connection) const;
  void refuse_for_number(FileDescriptor socket) const;
  /// Joins the threads whose clients have gone.
  void reap();

  const ServerOptions options_;
  const std::unique_ptr<Handler> handler_;
  const BoundSocket bound_;
  const StopSignal signal_;
  std::stop_source stop_;
  std::mutex mutex_;
  Threads working_;                ///< guarded by mutex_
  Threads finished_;               ///< guarded by mutex_
  std::condition_variable ended_;  ///< one of working_ has
  std::mutex stopping_;            ///< one stop at a time
  std::thread acceptor_;           ///< the last member: it uses all others
};

}  // namespace gapless::http
