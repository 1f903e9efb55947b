# The Warehouse contract: the suite is a list of sources, for one program a warehouse.
set(contract ${CMAKE_CURRENT_LIST_DIR})
set(GAPLESS_WAREHOUSE_CONTRACT
  ${contract}/warehouse_contract.cpp
  ${contract}/warehouse_contract_test.cpp
  ${contract}/warehouse_publish_test.cpp
  ${contract}/warehouse_verify_test.cpp)

gapless_test(warehouse_contract_test
  SOURCES ${GAPLESS_WAREHOUSE_CONTRACT} ${contract}/warehouse_fake_test.cpp
  DEPS gapless_fake_warehouse
  LABELS contract)

gapless_test(warehouse_replies_test
  SOURCES ${contract}/warehouse_replies_test.cpp ${CMAKE_SOURCE_DIR}/tests/support/fake_engine.cpp
  DEPS gapless_warehouse)

gapless_test(warehouse_sql_contract_test NOSAN
  SOURCES ${GAPLESS_WAREHOUSE_CONTRACT} ${contract}/warehouse_shards_test.cpp ${contract}/warehouse_sql_test.cpp ${CMAKE_SOURCE_DIR}/tests/support/event_model.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/chdb_environment.cpp
  DEPS gapless_warehouse gapless_engine_chdb gapless_stand_in
  LABELS contract)

gapless_test(warehouse_rights_test
  SOURCES ${contract}/warehouse_rights_test.cpp ${contract}/warehouse_source_test.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/fake_engine.cpp
  DEPS gapless_warehouse)
if(TARGET warehouse_rights_test)
  target_compile_definitions(warehouse_rights_test PRIVATE GAPLESS_MANUAL="${CMAKE_SOURCE_DIR}/docs/OPERATING.md")
endif()
