# The StateStore contract over every store that exists, and the program that its tests with processes start.
set(contract ${CMAKE_CURRENT_LIST_DIR})
add_executable(store_worker ${contract}/store_worker.cpp ${contract}/store_values.cpp)
target_include_directories(store_worker PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(store_worker PRIVATE gapless_state_sqlite)

gapless_test(store_contract_test
  SOURCES
    ${contract}/store_concurrency_test.cpp
    ${contract}/store_contract_test.cpp
    ${contract}/store_fixture.cpp
    ${contract}/store_lease_test.cpp
    ${contract}/store_process_test.cpp
    ${contract}/store_property_test.cpp
    ${contract}/store_schedule_test.cpp
    ${contract}/store_shortcut_test.cpp
    ${contract}/store_values.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/child_process.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/worker.cpp
  DEPS gapless_state_sqlite
  LABELS contract threads)
add_dependencies(store_contract_test store_worker)
target_compile_definitions(store_contract_test PRIVATE GAPLESS_STORE_WORKER="$<TARGET_FILE:store_worker>")
