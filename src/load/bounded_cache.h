#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gapless {

/// Values by text, for at most twice `generation` texts: when that many are new, those that were not asked for since
/// the last time are forgotten. Not thread-safe.
template <class Value>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t generation) : generation_(generation) {}

  /// The value kept for the text, or else what `make(text)` gives. Valid until the next call.
  template <class Make>
  const Value& find(std::string_view text, Make make) {
    if (const auto found = young_.find(text); found != young_.end()) return found->second;
    if (young_.size() >= generation_) {
      old_ = std::move(young_);
      young_.clear();
    }
    if (const auto found = old_.find(text); found != old_.end()) {
      return young_.insert(old_.extract(found)).position->second;
    }
    return young_.emplace(std::string(text), make(text)).first->second;
  }

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  std::size_t generation_;
  Map young_;
  Map old_;
};

}  // namespace gapless
