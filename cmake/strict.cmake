# How the project's own programs are compiled. Nothing of it reaches those who use the library.
set(strict_flags -Wall -Wextra -Wconversion -Wshadow -Wundef -Werror)
# g++ 12 takes assignments of string literals for overlapping copies (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND strict_flags -Wno-restrict)
endif()
set(sanitizer_flags "")
if(OURO_SANITIZE)
  set(sanitizer_flags -fsanitize=${OURO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()

add_library(ouro_strict INTERFACE)
target_link_libraries(ouro_strict INTERFACE ouro::ouro)
target_compile_options(ouro_strict INTERFACE ${strict_flags} ${sanitizer_flags})
target_link_options(ouro_strict INTERFACE ${sanitizer_flags})
