# A room is a folder of src/: a static library gapless_<room> of its *.cpp, and a test program
# <room>_test of its *_test.cpp. DEPS are the rooms it may include and the libraries it uses;
# tools/check-includes holds the same table against the sources. NOSAN and LABELS are those of gapless_test.
# All presets but `dev` compile a room as one source (CMAKE_UNITY_BUILD), which takes a third of the time; so no two
# sources of a room may give a name of their own to different things.
function(gapless_room name)
  cmake_parse_arguments(ROOM "NOSAN" "FOLDER" "DEPS;TEST_DEPS;LABELS" ${ARGN})
  if(NOT ROOM_FOLDER)
    set(ROOM_FOLDER ${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${ROOM_FOLDER}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(gapless_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(gapless_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(gapless_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(gapless_${name} ${scope} ${ROOM_DEPS})
  if(tests)
    set(nosan)
    if(ROOM_NOSAN)
      set(nosan NOSAN)
    endif()
    gapless_test(${name}_test ${nosan} SOURCES ${tests} DEPS gapless_${name} ${ROOM_TEST_DEPS} LABELS ${ROOM_LABELS})
  endif()
endfunction()

# What the sanitizer builds build (tools/sanitize).
add_custom_target(unit_tests)
add_custom_target(thread_tests)

# A GoogleTest program, one ctest entry. It is compiled without optimization and checks for undefined behaviour, for the
# time that they take; what it tests is compiled with them. NOSAN keeps it out of sanitizer builds; the label `threads`
# is for tests of code that has threads, which run under TSan too.
function(gapless_test name)
  cmake_parse_arguments(TEST "NOSAN" "" "SOURCES;DEPS;LABELS" ${ARGN})
  if(TEST_NOSAN AND GAPLESS_SANITIZE)
    return()
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${TEST_DEPS} GTest::gmock_main rapidcheck)
  target_compile_options(${name} PRIVATE -O0)
  if(GAPLESS_SANITIZE MATCHES undefined)
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  add_dependencies(unit_tests ${name})
  if(threads IN_LIST TEST_LABELS)
    add_dependencies(thread_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "unit;${TEST_LABELS}" TIMEOUT 300)
endfunction()
