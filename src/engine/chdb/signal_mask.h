#pragma once

#include <csignal>

namespace gapless {

/// Keeps the signals that people send (INT, TERM, HUP) from the calling thread while it lives, and puts the thread's mask
/// back as it was. Threads started meanwhile keep them blocked, so that the program's own threads get them; and libchdb,
/// whose loading blocks PIPE in the thread that loads it, leaves no trace.
class SignalMask {
 public:
  SignalMask() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&blocked, signal);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~SignalMask() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalMask(const SignalMask&) = delete;
  SignalMask& operator=(const SignalMask&) = delete;

 private:
  sigset_t before_;
};

}  // namespace gapless
