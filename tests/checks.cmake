# Tests that read the sources, compile them in some way, or run the examples.
add_test(NAME compile_fail
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail.py ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail
          ${compile} -I${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(compile_fail PROPERTIES PROCESSORS 2)
add_test(NAME include_order
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/include_order.py ${PROJECT_SOURCE_DIR}/include)
add_test(NAME compiler_words
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/compiler_words.py ${PROJECT_SOURCE_DIR}/include)
add_test(NAME conversions.names
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/conversions/names.py ${compile})
add_test(NAME docs.trap_numbers
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/docs/check_traps.py
          ${PROJECT_SOURCE_DIR}/docs/pages/traps.md ${CMAKE_CURRENT_SOURCE_DIR})
# The page of states is what the table of the tests prints: `docs/check_states.py --write` writes it anew.
add_executable(states_page states/print_page.cpp)
target_link_libraries(states_page PRIVATE test_settings)
add_test(NAME docs.states
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/docs/check_states.py ${PROJECT_SOURCE_DIR}/docs/pages/states.md
          ${PROJECT_SOURCE_DIR}/docs/pages/traps.md $<TARGET_FILE:states_page>)
add_test(NAME member_bindings COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/packaging/member_bindings.py --check)
add_test(NAME bench_report
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/bench_report.py ${PROJECT_SOURCE_DIR}/bench/report)
# Each page that has programs is a test: `readme`, and `docs.` with the name of the page. They are compiled the same in every kind of
# build but for the sanitizers, and so those of the site run with these alone.
file(GLOB_RECURSE pages RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/pages/*.md)
foreach(page README.md ${pages})
  file(STRINGS ${PROJECT_SOURCE_DIR}/${page} programs REGEX "^```cpp$")
  if(programs AND (page STREQUAL "README.md" OR (OURO_SANITIZE AND all_tests)))
    get_filename_component(name ${page} NAME_WE)
    string(TOLOWER ${name} name)
    if(page MATCHES "^docs/")
      set(name docs.${name})
    endif()
    add_test(NAME ${name}
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/page_programs.py ${PROJECT_SOURCE_DIR}/${page} --
              ${compile} ${sanitizer_flags} -pthread)
    list(LENGTH programs count)
    set_property(TEST ${name} PROPERTY COST ${count})
  endif()
endforeach()
add_test(NAME examples.folders
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/examples/folders.py ${PROJECT_SOURCE_DIR}/examples)
if(TARGET package_graph)
  add_test(NAME package_graph.files
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/examples/package_graph.sh $<TARGET_FILE:package_graph>)
endif()
if(TARGET lox)
  add_test(NAME lox.programs
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/examples/lox_programs.py $<TARGET_FILE:lox>
            ${CMAKE_CURRENT_SOURCE_DIR}/examples/lox)
  add_test(NAME lox.command COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/examples/lox_command.sh $<TARGET_FILE:lox>)
endif()
if(all_tests)
  add_test(NAME users_macros
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/users_macros.py ${PROJECT_SOURCE_DIR}
            ${CMAKE_CXX_COMPILER} -std=c++20 ${user_flags} ${strict_flags})
  add_test(NAME one_header
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/one_header.py ${PROJECT_SOURCE_DIR}
            ${CMAKE_CXX_COMPILER} -std=c++20 ${strict_flags})
  if(CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF" AND EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/link_check.sh)
    add_test(NAME link_check COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/link_check.sh ${CMAKE_CXX_COMPILER})
  endif()
endif()
