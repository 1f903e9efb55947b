#include "support/chdb_environment.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>

#include "support/chdb_directory.h"

namespace gapless::testing_support {
namespace {

class ChdbEnvironment final : public testing::Environment {
 public:
  Engine& engine() {
    if (!engine_) {
      directory_.emplace();
      auto opened = ChdbEngine::open({.directory = directory_->path(), .threads = 2, .library = {}, .settings = {}});
      if (!opened) throw std::runtime_error(opened.error().message);
      engine_ = std::move(*opened);
    }
    return *engine_;
  }
  void TearDown() override {
    engine_.reset();
    directory_.reset();
  }

 private:
  std::optional<ChdbDirectory> directory_;
  std::unique_ptr<ChdbEngine> engine_;
};

// Owned by GoogleTest.
ChdbEnvironment* const kEnvironment = new ChdbEnvironment;
[[maybe_unused]] const auto kRegistered = testing::AddGlobalTestEnvironment(kEnvironment);

}  // namespace

Engine& shared_chdb_engine() { return kEnvironment->engine(); }

}  // namespace gapless::testing_support
