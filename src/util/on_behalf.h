#pragma once

namespace gapless {

/// Whom a thread works for, where a process serves many: what it logs is told to them too. A thread that is started for
/// the same work is given it on. Null: nobody in particular.
inline thread_local const void* working_for = nullptr;

class OnBehalfOf {
 public:
  explicit OnBehalfOf(const void* whom) : before_(working_for) { working_for = whom; }
  ~OnBehalfOf() { working_for = before_; }
  OnBehalfOf(const OnBehalfOf&) = delete;
  OnBehalfOf& operator=(const OnBehalfOf&) = delete;

 private:
  const void* const before_;
};

}  // namespace gapless
