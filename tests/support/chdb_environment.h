#pragma once

#include "engine/chdb/chdb_engine.h"

namespace gapless::testing_support {

/// The engine that the tests of this program share, on a directory of its own. Opened by the first use, closed after the
/// last test, as chDB must be before main returns. A test fails where libchdb.so is not to be had.
Engine& shared_chdb_engine();

}  // namespace gapless::testing_support
