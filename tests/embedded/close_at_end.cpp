#include <gtest/gtest.h>

#include "embedded/embedded.h"

namespace gapless::test {
namespace {

std::unique_ptr<Embedded> shared;

/// Closes the engine before main returns, as it asks for.
class CloseAtEnd : public testing::Environment {
 public:
  void TearDown() override { shared.reset(); }
};
const testing::Environment* const close_at_end = testing::AddGlobalTestEnvironment(new CloseAtEnd);

}  // namespace

Embedded& embedded() {
  if (!shared) shared = std::make_unique<Embedded>();
  return *shared;
}

}  // namespace gapless::test
