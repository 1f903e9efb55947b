#include "api/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/wire.h"
#include "util/ascii.h"

namespace gapless::api {

std::string event_text(const Event& event) {
  std::string text;
  if (!event.id.empty()) text += "id: " + http::in_one_line(event.id) + "\n";
  if (!event.name.empty()) text += "event: " + http::in_one_line(event.name) + "\n";
  std::string data = event.data;
  std::erase(data, '\r');  // by itself it, too, would end a line
  for_each_part(data, '\n', [&](std::string_view line) { text += fmt::format("data: {}\n", line); });
  return text + "\n";
}

}  // namespace gapless::api
