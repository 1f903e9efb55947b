# The short form of `make torture`: a kill at every named point, and a few at any moment.
if(NOT GAPLESS_SANITIZE)
  add_test(NAME torture COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/torture.py --kills 30)
  set_tests_properties(torture PROPERTIES LABELS black-box TIMEOUT 600 ENVIRONMENT "GAPLESS_BINARY=$<TARGET_FILE:gapless>")
endif()
