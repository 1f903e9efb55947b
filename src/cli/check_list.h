#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"
#include "core/error.h"

namespace gapless {

enum class CheckStatus { kOk, kWarn, kFail };

/// One finding of doctor.
struct Check {
  std::string name;
  CheckStatus status = CheckStatus::kOk;
  std::string detail;
  std::string remedy;  ///< what to do about it; empty where it is ok
};

/// The findings, in the order in which they were made.
class CheckList {
 public:
  void ok(std::string name, std::string detail) { add({std::move(name), CheckStatus::kOk, std::move(detail), ""}); }
  void warn(std::string name, std::string detail, std::string remedy) {
    add({std::move(name), CheckStatus::kWarn, std::move(detail), std::move(remedy)});
  }
  void fail(std::string name, std::string detail, std::string remedy) {
    add({std::move(name), CheckStatus::kFail, std::move(detail), std::move(remedy)});
  }
  /// A look that failed; what to do is in the error's message.
  void fail(std::string name, const Error& error) { add({std::move(name), CheckStatus::kFail, error.message, ""}); }

  bool all_good() const;  ///< nothing fails
  std::string text(const Style& style, std::size_t width) const;
  Json json() const;

 private:
  void add(Check check) { checks_.push_back(std::move(check)); }
  std::vector<Check> checks_;
};

}  // namespace gapless
