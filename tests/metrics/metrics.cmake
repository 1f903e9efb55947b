# What contrib/ has for Prometheus and Grafana, against the metrics that there are.
if(NOT GAPLESS_SANITIZE)
  add_executable(metrics_text ${CMAKE_CURRENT_LIST_DIR}/metrics_text.cpp)
  target_link_libraries(metrics_text PRIVATE gapless_metrics)
  add_test(NAME contrib_test COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/test_contrib.py)
  set_tests_properties(contrib_test PROPERTIES LABELS tools TIMEOUT 60
    ENVIRONMENT "GAPLESS_METRICS_TEXT=$<TARGET_FILE:metrics_text>")
endif()
