# The stand-in for a ClickHouse server, which other tests start, and the gateway over a real engine.
set(support ${CMAKE_SOURCE_DIR}/tests/support)
if(NOT GAPLESS_SANITIZE)
  add_executable(stand_in_server ${support}/stand_in_server_main.cpp)
  target_link_libraries(stand_in_server PRIVATE gapless_gateway gapless_engine_chdb)
endif()

set(gateway ${CMAKE_SOURCE_DIR}/tests/gateway)
gapless_test(gateway_chdb_test NOSAN
  SOURCES
    ${gateway}/protocol_test.cpp
    ${gateway}/read_only_test.cpp
    ${support}/chdb_environment.cpp
  DEPS gapless_gateway gapless_engine_chdb
  LABELS contract)
