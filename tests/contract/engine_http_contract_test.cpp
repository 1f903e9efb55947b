#include "contract/engine_contract.h"
#include "support/stand_in_environment.h"

namespace gapless::contract {
namespace {

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract,
                         testing::Values(EngineUnderTest{
                             .name = "http", .engine = testing_support::shared_http_engine, .reads_rows_early = false}),
                         [](const auto& engine) { return engine.param.name; });

}  // namespace
}  // namespace gapless::contract
