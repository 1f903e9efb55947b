#pragma once

#include <string>

#include "api/endpoint.h"

namespace gapless::api {

/// An event as text/event-stream writes it. Data of several lines stays several lines.
std::string event_text(const Event& event);

}  // namespace gapless::api
