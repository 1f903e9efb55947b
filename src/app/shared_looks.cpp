#include "app/shared_looks.h"

namespace gapless {

SharedLooks::Answer SharedLooks::ask(const std::string& question, const std::function<Result<std::string>()>& look,
                                     const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  ++asking_;
  auto answer = ask_locked(question, look, stop, lock);
  --asking_;
  return answer;
}

std::size_t SharedLooks::asking() const {
  const std::lock_guard lock(mutex_);
  return asking_;
}

SharedLooks::Answer SharedLooks::ask_locked(const std::string& question,
                                            const std::function<Result<std::string>()>& look,
                                            const std::stop_token& stop, std::unique_lock<std::mutex>& lock) {
  Question& asked = questions_[question];
  std::shared_ptr<Look>& mine = asked.current && asked.current->has_begun ? asked.next : asked.current;
  if (!mine) mine = std::make_shared<Look>();
  const std::shared_ptr<Look> joined = mine;
  const bool decided = changed_.wait(
      lock, stop, [&] { return joined->answer || (questions_[question].current == joined && !joined->has_begun); });
  if (!decided) return fail(Fault::kCancelled, "stopped while waiting for a look");
  if (joined->answer) return *joined->answer;

  joined->has_begun = true;
  lock.unlock();
  Result<std::string> text = fail(Fault::kInternal, "the look failed");
  try {
    text = look();
  } catch (const std::exception& exception) {  // whoever waits must be told
    text = fail(Fault::kInternal, std::string("the look failed: ") + exception.what());
  }
  lock.lock();
  joined->answer = text ? Answer(std::make_shared<const std::string>(std::move(*text))) : Answer(fail(text.error()));
  Question& done = questions_[question];
  done.current = std::move(done.next);
  done.next.reset();
  if (!done.current) questions_.erase(question);
  changed_.notify_all();
  return *joined->answer;
}

}  // namespace gapless
