# The kill points that src/ has are those that are listed; each is died at, and more, by the real program. `make torture`
# goes on for hundreds of kills.
if(NOT GAPLESS_SANITIZE)
  set(torture ${CMAKE_CURRENT_LIST_DIR})
  add_test(NAME kill_points COMMAND ${Python3_EXECUTABLE} -B ${torture}/kill_points.py)
  set_tests_properties(kill_points PROPERTIES LABELS tools TIMEOUT 60)
  add_test(NAME torture COMMAND ${Python3_EXECUTABLE} -B ${torture}/torture.py --kills 30)
  set_tests_properties(torture PROPERTIES LABELS black-box TIMEOUT 900 ENVIRONMENT "GAPLESS_BINARY=$<TARGET_FILE:gapless>")
endif()
