#include "contract/engine_contract.h"
#include "support/chdb_environment.h"

namespace gapless::contract {
namespace {

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract,
                         testing::Values(EngineUnderTest{"chdb", testing_support::shared_chdb_engine}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace gapless::contract
