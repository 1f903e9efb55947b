#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "load/event.h"

namespace gapless {

/// How a canonical field is written in an event file: the special ones by name, the rest as the member's type.
struct TeamField {};
struct TimestampField {};
struct InsertedAtField {};
using EventMember = std::variant<std::string Event::*, std::int64_t Event::*, bool Event::*, Uuid Event::*, TeamField,
                                 TimestampField, InsertedAtField>;

struct EventField {
  std::string_view name;
  EventMember member;
  std::uint32_t bit;  ///< of its own, to note that it was seen
};

/// The field of that canonical name, or nullptr.
const EventField* find_event_field(std::string_view name);

}  // namespace gapless
