#pragma once

#include <memory>
#include <string>

#include "state/state_store.h"

namespace gapless::testing_support {

/// The store at a path of SQLite's, or at "postgresql://…#schema": for programs that are told by a word. It waits for others
/// as long as a busy machine may need.
Result<std::unique_ptr<StateStore>> open_any_store(const std::string& address);

}  // namespace gapless::testing_support
