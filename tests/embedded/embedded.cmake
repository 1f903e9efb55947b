# The rooms together over the real embedded engine.
set(embedded ${CMAKE_CURRENT_LIST_DIR})
if(NOT GAPLESS_SANITIZE)
  add_library(embedded STATIC ${embedded}/embedded.cpp)
  target_include_directories(embedded PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(embedded PUBLIC gapless_run gapless_load gapless_engine_chdb gapless_state)

  gapless_test(embedded_test NOSAN
    SOURCES ${embedded}/close_at_end.cpp ${embedded}/derived_test.cpp ${embedded}/falsified_test.cpp
      ${embedded}/long_session_test.cpp ${embedded}/lossless_test.cpp ${embedded}/nullable_test.cpp
    DEPS embedded
    LABELS embedded)

  gapless_test(embedded_jobs_test NOSAN
    SOURCES ${embedded}/close_at_end.cpp ${embedded}/jobs_embedded_test.cpp
      ${CMAKE_SOURCE_DIR}/tests/run/mortal_store.cpp
    DEPS embedded gapless_cli gapless_fake_warehouse
    LABELS embedded)

  set_tests_properties(embedded_test PROPERTIES ENVIRONMENT "RC_PARAMS=max_success=20")

  # What is planned when the source changes, against the reference.
  add_executable(embedded_changes ${embedded}/changes_main.cpp)
  target_link_libraries(embedded_changes PRIVATE embedded)
  foreach(part RANGE 1 2)
    add_test(NAME reference_changes_${part}
      COMMAND ${Python3_EXECUTABLE} -B ${embedded}/reference_changes.py $<TARGET_FILE:embedded_changes> ${part} 2)
    set_tests_properties(reference_changes_${part} PROPERTIES LABELS reference TIMEOUT 600)
  endforeach()

  # Three weeks of scheduled jobs, with an engine that fails and a process that dies, against the reference.
  add_executable(embedded_weeks ${embedded}/weeks_main.cpp ${CMAKE_SOURCE_DIR}/tests/run/mortal_store.cpp)
  target_link_libraries(embedded_weeks PRIVATE embedded gapless_cli gapless_fake_warehouse)
  add_test(NAME reference_weeks
    COMMAND ${Python3_EXECUTABLE} -B ${embedded}/reference_weeks.py $<TARGET_FILE:embedded_weeks>)
  set_tests_properties(reference_weeks PROPERTIES LABELS reference TIMEOUT 600)

  # Reports over days in every state, also while they are built, against the reference.
  add_executable(embedded_reports ${embedded}/reports_main.cpp)
  target_link_libraries(embedded_reports PRIVATE embedded gapless_query)
  add_test(NAME reference_reports
    COMMAND ${Python3_EXECUTABLE} -B ${embedded}/reference_reports.py $<TARGET_FILE:embedded_reports>)
  set_tests_properties(reference_reports PROPERTIES LABELS reference TIMEOUT 600)

  # The groups of generated streams against the reference.
  add_executable(embedded_groups ${embedded}/groups_main.cpp)
  target_link_libraries(embedded_groups PRIVATE embedded)
  foreach(part RANGE 1 2)
    add_test(NAME reference_groups_${part}
      COMMAND ${Python3_EXECUTABLE} -B ${embedded}/reference_groups.py $<TARGET_FILE:embedded_groups> ${part} 2)
    set_tests_properties(reference_groups_${part} PROPERTIES LABELS reference TIMEOUT 600)
  endforeach()
endif()
