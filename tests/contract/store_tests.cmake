# The StateStore contract over every store that exists, and the program that its tests with processes start.
set(contract ${CMAKE_CURRENT_LIST_DIR})
add_executable(store_worker ${contract}/store_worker.cpp ${contract}/store_values.cpp
  ${CMAKE_SOURCE_DIR}/tests/support/any_store.cpp)
target_include_directories(store_worker PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(store_worker PRIVATE gapless_state_sqlite gapless_state_postgres)

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
  DEPS gapless_state_sqlite gapless_state_postgres
  LABELS contract threads)
# Also over PostgreSQL, on a server that the program starts. Not under sanitizers, for the time that it takes.
if(NOT GAPLESS_SANITIZE)
  # Whoever links it compiles support/child_process.cpp.
  add_library(postgres_for_tests STATIC EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/support/postgres_for_tests.cpp)
  target_include_directories(postgres_for_tests PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(postgres_for_tests PUBLIC GAPLESS_PYTHON="${Python3_EXECUTABLE}"
    GAPLESS_POSTGRES_SERVER="${CMAKE_SOURCE_DIR}/tests/cli/postgres.py")
  target_link_libraries(store_contract_test PRIVATE postgres_for_tests)
  target_sources(store_contract_test PRIVATE ${contract}/store_postgres_test.cpp)
endif()
add_dependencies(store_contract_test store_worker)
target_compile_definitions(store_contract_test PRIVATE GAPLESS_STORE_WORKER="$<TARGET_FILE:store_worker>")
