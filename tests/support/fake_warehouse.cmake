# The model of events and the fake warehouse, for the tests of whatever stands on a Warehouse.
set(support ${CMAKE_CURRENT_LIST_DIR})
add_library(gapless_fake_warehouse STATIC EXCLUDE_FROM_ALL
  ${support}/event_model.cpp
  ${support}/fake_warehouse.cpp
  ${support}/fake_warehouse_faults.cpp
  ${support}/fake_warehouse_world.cpp
  ${support}/file_warehouse.cpp)
target_include_directories(gapless_fake_warehouse PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(gapless_fake_warehouse PUBLIC gapless_warehouse PRIVATE nlohmann_json::nlohmann_json)
# The fault tier makes millions of calls on it, also in debug builds.
target_compile_options(gapless_fake_warehouse PRIVATE -O1)
gapless_test(fake_warehouse_test
  SOURCES ${support}/fake_warehouse_test.cpp
  DEPS gapless_fake_warehouse)
