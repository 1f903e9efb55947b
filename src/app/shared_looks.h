#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "core/error.h"

namespace gapless {

/// Looks that many ask for at once, made once for all of them: who comes while one is under way waits for the next, so that
/// no answer is older than its question. However many ask, one look of a kind runs at a time. Thread-safe.
class SharedLooks {
 public:
  using Answer = Result<std::shared_ptr<const std::string>>;

  /// `question` says what is asked, all of it: equal questions share an answer. Errors: those of the look; kCancelled at a
  /// stop request while waiting.
  Answer ask(const std::string& question, const std::function<Result<std::string>()>& look,
             const std::stop_token& stop);

  /// How many ask at this moment.
  std::size_t asking() const;

 private:
  struct Look {
    bool has_begun = false;
    std::optional<Answer> answer;
  };
  Answer ask_locked(const std::string& question, const std::function<Result<std::string>()>& look,
                    const std::stop_token& stop, std::unique_lock<std::mutex>& lock);
  struct Question {
    std::shared_ptr<Look> current;
    std::shared_ptr<Look> next;  ///< of those who came after the current one had begun
  };

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Question> questions_;  ///< those that somebody waits for
  std::size_t asking_ = 0;
};

}  // namespace gapless
