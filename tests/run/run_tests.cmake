# The executor over fakes: what it promises, and the fault tier, where anything fails at any moment.
set(run ${CMAKE_CURRENT_LIST_DIR})
string(COMPARE NOTEQUAL "${GAPLESS_SANITIZE}" "" sanitized)
add_library(gapless_run_world STATIC EXCLUDE_FROM_ALL ${run}/mortal_store.cpp ${run}/run_world.cpp ${run}/shards_world.cpp ${run}/tier.cpp)
target_link_libraries(gapless_run_world PUBLIC gapless_run gapless_fake_warehouse GTest::gmock)
target_compile_options(gapless_run_world PRIVATE -O1)
target_compile_definitions(gapless_run_world PUBLIC GAPLESS_FAULT_EVERY=$<IF:$<BOOL:${sanitized}>,3,1>)

gapless_test(executor_test
  SOURCES
    ${run}/backfill_test.cpp
    ${run}/buckets_test.cpp
    ${run}/cancel_test.cpp
    ${run}/conflict_test.cpp
    ${run}/derivation_test.cpp
    ${run}/memory_test.cpp
    ${run}/observe_test.cpp
    ${run}/recovery_test.cpp
    ${run}/report_memory_test.cpp
    ${run}/shards_test.cpp
    ${run}/targets_test.cpp
  DEPS gapless_run_world gapless_query
  LABELS threads)
gapless_test(fault_tier_test
  SOURCES ${run}/away_test.cpp ${run}/fault_tier_test.cpp ${run}/takeover_test.cpp
  DEPS gapless_run_world
  LABELS fault threads)
set_tests_properties(fault_tier_test PROPERTIES COST 60)  # begins first, since it takes longest
if(GAPLESS_SANITIZE MATCHES thread)
  # Data races are looked for where two days are worked on at once; all of it would take minutes.
  set_tests_properties(fault_tier_test PROPERTIES ENVIRONMENT "GTEST_FILTER=FaultTierOfTwoWorkers.*")
endif()

# Processes that share a store and a warehouse in a file.
add_executable(executor_worker EXCLUDE_FROM_ALL ${run}/executor_worker.cpp ${CMAKE_SOURCE_DIR}/tests/support/any_store.cpp)
target_link_libraries(executor_worker PRIVATE gapless_run gapless_state_sqlite gapless_state_postgres gapless_fake_warehouse)
gapless_test(executor_process_test
  SOURCES
    ${run}/processes_test.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/any_store.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/child_process.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/worker.cpp
  DEPS gapless_run_world gapless_state_sqlite gapless_state_postgres)
if(TARGET postgres_for_tests)
  target_link_libraries(executor_process_test PRIVATE postgres_for_tests)
endif()
set_tests_properties(executor_process_test PROPERTIES COST 30)
add_dependencies(executor_process_test executor_worker)
target_compile_definitions(executor_process_test PRIVATE GAPLESS_EXECUTOR_WORKER="$<TARGET_FILE:executor_worker>")
