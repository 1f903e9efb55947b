#pragma once

#include <string>

#include "load/event.h"

namespace gapless {

/// Appends the event as one row in ClickHouse's RowBinary format: the columns of kEventColumns in their order, typed
/// UInt64, String, DateTime64(6), DateTime64(6), UUID, UUID, String…, Int64 (viewports), Bool (flags).
void append_row_binary(const Event& event, std::string& out);

}  // namespace gapless
