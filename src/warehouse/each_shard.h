#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "util/on_behalf.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What each of so many shards answers, in their order; all are asked at once, and the first that fails stops the others.
/// One alone is asked in this thread. Errors: of the first shard that failed by itself, as `ask` has it.
template <class Answer>
Result<std::vector<Answer>> ask_each(std::size_t shards, const Limits& limits,
                                     const std::function<Result<Answer>(std::uint32_t shard, const Limits&)>& ask) {
  std::stop_source failed;
  const std::stop_callback passed_on(limits.stop, [&failed] { failed.request_stop(); });
  Limits bounds = limits;
  bounds.stop = failed.get_token();
  const auto one = [&](std::uint32_t shard) -> Result<Answer> {
    Result<Answer> answer = ask(shard, bounds);
    if (!answer) failed.request_stop();
    return answer;
  };
  std::vector<std::future<Result<Answer>>> others;
  for (std::uint32_t shard = 1; shard < shards; ++shard)
    others.push_back(std::async(std::launch::async, [&one, shard, whom = working_for] {
      const OnBehalfOf scope(whom);
      return one(shard);
    }));
  std::vector<Result<Answer>> answers;
  answers.push_back(one(0));
  for (auto& other : others) answers.push_back(other.get());
  std::vector<Answer> all;
  const Error* error = nullptr;
  for (Result<Answer>& answer : answers) {
    if (answer)
      all.push_back(std::move(*answer));
    else if (error == nullptr || (error->fault == Fault::kCancelled && answer.error().fault != Fault::kCancelled))
      error = &answer.error();
  }
  if (error != nullptr) return fail(*error);
  return all;
}

}  // namespace gapless
