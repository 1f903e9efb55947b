# The Engine contract over every engine that exists, and the chDB adapter's own tests with the program that they start.
# None of them in sanitizer builds, which cannot load libchdb.
set(contract ${CMAKE_CURRENT_LIST_DIR})
set(support ${CMAKE_SOURCE_DIR}/tests/support)
gapless_test(engine_contract_test NOSAN
  SOURCES
    ${contract}/engine_cancel_test.cpp
    ${contract}/engine_contract.cpp
    ${contract}/engine_contract_test.cpp
    ${contract}/engine_error_test.cpp
    ${contract}/engine_select_test.cpp
    ${contract}/engine_stream_test.cpp
    ${support}/chdb_environment.cpp
  DEPS gapless_engine_chdb
  LABELS contract)

gapless_test(engine_chdb_adapter_test NOSAN
  SOURCES
    ${contract}/engine_chdb_adapter_test.cpp
    ${support}/chdb_process.cpp
    ${support}/child_process.cpp
  DEPS gapless_engine_chdb
  LABELS contract)
if(TARGET engine_chdb_adapter_test)
  add_executable(chdb_probe ${support}/chdb_probe.cpp)
  target_link_libraries(chdb_probe PRIVATE gapless_engine_chdb)
  add_dependencies(engine_chdb_adapter_test chdb_probe)
  target_compile_definitions(engine_chdb_adapter_test PRIVATE GAPLESS_CHDB_PROBE="$<TARGET_FILE:chdb_probe>")
endif()

# Over a ClickHouse server, or what stands in for one.
gapless_test(engine_http_contract_test NOSAN
  SOURCES
    ${contract}/engine_cancel_test.cpp
    ${contract}/engine_contract.cpp
    ${contract}/engine_error_test.cpp
    ${contract}/engine_http_contract_test.cpp
    ${contract}/engine_select_test.cpp
    ${contract}/engine_stream_test.cpp
  DEPS gapless_stand_in
  LABELS contract)

gapless_test(engine_http_adapter_test
  SOURCES ${contract}/engine_http_adapter_test.cpp ${contract}/engine_http_failure_test.cpp ${support}/fake_clickhouse.cpp
  DEPS gapless_engine_http spdlog::spdlog OpenSSL::SSL
  LABELS contract threads)

gapless_test(fake_engine_test
  SOURCES ${support}/fake_engine.cpp ${support}/fake_engine_test.cpp
  DEPS gapless_engine)
