# Black-box tests: the real program, real files, exit codes, JSON. One ctest entry a file, so that they run side by side.
if(NOT GAPLESS_SANITIZE)
  file(GLOB cli_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
  foreach(file ${cli_tests})
    get_filename_component(name ${file} NAME_WE)
    string(REPLACE test_ cli_ name ${name})
    add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} -B ${file})
    set_tests_properties(${name} PROPERTIES LABELS black-box TIMEOUT 600 ENVIRONMENT "GAPLESS_BINARY=$<TARGET_FILE:gapless>")
  endforeach()
  # Some of them also on a server; all of them in `make test-long`.
  foreach(tests main_job:StreamTest.test_plan_backfill_and_nothing_to_do adopt:AdoptTest.test_what_differs_is_refused_by_name
      errors:EnvironmentTest gateway)
    string(REPLACE ":" ";" words ${tests})
    list(POP_FRONT words name)
    add_test(NAME cli_on_server_${name} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py ${words})
    set_tests_properties(cli_on_server_${name} PROPERTIES LABELS black-box TIMEOUT 600
      ENVIRONMENT "GAPLESS_BINARY=$<TARGET_FILE:gapless>;GAPLESS_TEST_ENGINE=server")
  endforeach()
endif()
