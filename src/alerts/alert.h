// alerts/: what people are told without asking: which alerts follow from what happened, and the webhooks that carry them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/day.h"

namespace gapless {

/// Something that a person should know of, once.
struct Alert {
  enum class Kind { kRunFailed, kRunPartial, kGapTooOld, kRecovered, kTest };

  Kind kind = Kind::kTest;
  std::string title;   ///< one line
  std::string detail;  ///< what happened and what to do
  std::string job;     ///< empty where it is not about a job
  std::string run_id;  ///< likewise
  Instant at{};
  std::string host;
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< more of it, by names that differ

  /// 32 hexadecimal digits, made of all of the above: the same at every attempt and every webhook, so that who receives an
  /// alert twice can tell.
  std::string id() const;
};

inline constexpr std::array<Alert::Kind, 5> kAlertKinds = {Alert::Kind::kRunFailed, Alert::Kind::kRunPartial,
                                                           Alert::Kind::kGapTooOld, Alert::Kind::kRecovered,
                                                           Alert::Kind::kTest};

std::string_view name(Alert::Kind kind);  ///< "run_failed", "run_partial", "gap_too_old", "recovered", "test"
std::optional<Alert::Kind> parse_alert_kind(std::string_view text);

}  // namespace gapless
