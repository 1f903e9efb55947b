# The reference's own tests, and its agreement with an outside reference where one is there.
if(NOT GAPLESS_SANITIZE)
  add_test(NAME reference_test
    COMMAND ${Python3_EXECUTABLE} -B -m unittest discover -s ${CMAKE_CURRENT_LIST_DIR})
  set_tests_properties(reference_test PROPERTIES LABELS reference TIMEOUT 600)
endif()
