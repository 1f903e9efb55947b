# Jobs over fakes: what becomes of a run, whoever asked for it.
set(jobs ${CMAKE_CURRENT_LIST_DIR})
gapless_test(jobs_test
  SOURCES ${jobs}/job_world.cpp ${jobs}/jobs_test.cpp ${jobs}/verify_test.cpp
    ${jobs}/adopt_test.cpp
  DEPS gapless_run_world gapless_cli
  LABELS threads)
