# The stand-in for a ClickHouse server, which other tests start, and the gateway over a real engine.
set(support ${CMAKE_SOURCE_DIR}/tests/support)
if(NOT GAPLESS_SANITIZE)
  add_executable(stand_in_server ${support}/stand_in_server_main.cpp)
  target_link_libraries(stand_in_server PRIVATE gapless_gateway gapless_engine_chdb)
endif()
