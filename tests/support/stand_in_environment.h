#pragma once

#include "engine/http/http_engine.h"

namespace gapless::testing_support {

/// An engine for the tests of this program, of a stand_in_server on a directory of its own. Both are there from the
/// first use to the last test.
Engine& shared_http_engine();

}  // namespace gapless::testing_support
