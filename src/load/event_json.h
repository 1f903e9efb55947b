#pragma once

#include <memory>
#include <string_view>

#include "load/event_parser.h"

namespace gapless {

/// Lines of newline-delimited JSON into events: objects with the canonical names, where a missing field and null are
/// empty, "", 0 or false. team_id, uuid and timestamp must be there. A line that is empty or all white space is skipped
/// as blank.
class EventJsonParser final : public EventParser {
 public:
  /// `inserted_at` is the time of the load, for events that do not say.
  explicit EventJsonParser(Instant inserted_at);
  ~EventJsonParser() override;

  LineOutcome parse(std::string_view line, Event& event) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gapless
