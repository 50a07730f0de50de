# How the project's own programs are compiled. Nothing of it reaches those who use the library.
if(MSVC)
  # Microsoft's compiler, and clang-cl. Not an error yet: what they warn of has not been seen.
  set(strict_flags /W4 /permissive- /Zc:__cplusplus /bigobj /utf-8 /EHsc)
else()
  set(strict_flags -Wall -Wextra -Wconversion -Wshadow -Wundef -Werror)
endif()
# g++ 12 takes assignments of string literals for overlapping copies (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND strict_flags -Wno-restrict)
endif()
set(sanitizer_flags "")
if(OURO_SANITIZE)
  if(MSVC)
    message(FATAL_ERROR "OURO_SANITIZE is for g++ and clang++")
  endif()
  set(sanitizer_flags -fsanitize=${OURO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # These two take g++ half as long again. Clang is faster, and checks them.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND OURO_SANITIZE MATCHES "undefined")
    list(APPEND sanitizer_flags -fno-sanitize=null,alignment)
  endif()
endif()

# For tests/coverage.sh. Atomic: threads count what others execute, too.
set(coverage_flags "")
if(OURO_COVERAGE)
  set(coverage_flags --coverage -fprofile-update=atomic)
  # Counters are written when a program returns from main(): this writes them, too, when it ends in another way.
  add_library(coverage_at_end STATIC tests/support/coverage_at_end.cpp)
  target_link_options(coverage_at_end INTERFACE -Wl,--wrap=abort,--wrap=_exit,--wrap=__gcov_fork)
endif()

add_library(ouro_strict INTERFACE)
if(OURO_SINGLE_HEADER)
  # Made anew when a header has changed. All that is elsewhere is in it, too: other headers of that name only lead to it.
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers} ${PROJECT_SOURCE_DIR}/packaging/amalgamate.py)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/packaging/amalgamate.py ${PROJECT_BINARY_DIR}/single_include/ouro/ouro.hpp
    COMMAND_ERROR_IS_FATAL ANY)
  foreach(header ${headers})
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/include)
    if(NOT header STREQUAL "ouro/ouro.hpp")
      file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/single_include/${header} CONTENT "#include <ouro/ouro.hpp>\n")
    endif()
  endforeach()
  target_compile_features(ouro_strict INTERFACE cxx_std_20)
  target_include_directories(ouro_strict INTERFACE ${PROJECT_BINARY_DIR}/single_include)
  target_compile_definitions(ouro_strict INTERFACE OURO_ONE_HEADER)
else()
  target_link_libraries(ouro_strict INTERFACE ouro::ouro)
endif()
target_compile_options(ouro_strict INTERFACE ${strict_flags} ${sanitizer_flags} ${coverage_flags})
target_link_options(ouro_strict INTERFACE ${sanitizer_flags} ${coverage_flags})
target_link_libraries(ouro_strict INTERFACE $<TARGET_NAME_IF_EXISTS:coverage_at_end>)
