#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// What a server knows a statement by: another one each time, since a statement that is tried again has the same id
/// while the first may still run, and a server refuses two queries of one id. Thread-safe.
std::string new_query_id(std::string_view statement_id);

}  // namespace gapless
