#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "api/bind.h"
#include "api/dispatcher.h"
#include "api/options.h"
#include "api/socket.h"

namespace gapless::api {

/// Takes connections, and gives each a thread.
class Listener {
 public:
  static Result<std::unique_ptr<Listener>> start(ApiOptions options, std::unique_ptr<Dispatcher> dispatcher);
  ~Listener() { stop(); }

  const std::string& address() const { return bound_.address; }
  void stop();

 private:
  using Threads = std::list<std::thread>;

  Listener(ApiOptions options, std::unique_ptr<Dispatcher> dispatcher, BoundSocket bound, StopSignal signal);
  void accept_all();
  void take(FileDescriptor socket);
  void serve(const Connection& connection) const;
  void refuse_for_number(FileDescriptor socket) const;
  /// Joins the threads whose clients have gone.
  void reap();

  const ApiOptions options_;
  const std::unique_ptr<Dispatcher> dispatcher_;
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

}  // namespace gapless::api
