# The kill points that src/ has are those that are listed; `make torture` kills at each.
if(NOT GAPLESS_SANITIZE)
  add_test(NAME kill_points COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/kill_points.py)
  set_tests_properties(kill_points PROPERTIES LABELS tools TIMEOUT 60)
endif()
