# An engine over HTTP for tests: a stand_in_server of their own (gateway/gateway.cmake), started when it is first needed.
if(NOT GAPLESS_SANITIZE)
  add_library(gapless_stand_in STATIC EXCLUDE_FROM_ALL
    ${CMAKE_SOURCE_DIR}/tests/support/child_process.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/stand_in_environment.cpp)
  target_include_directories(gapless_stand_in PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(gapless_stand_in PUBLIC gapless_engine_http GTest::gtest)
  target_compile_definitions(gapless_stand_in PRIVATE GAPLESS_STAND_IN_SERVER="$<TARGET_FILE:stand_in_server>")
  add_dependencies(gapless_stand_in stand_in_server)
endif()
