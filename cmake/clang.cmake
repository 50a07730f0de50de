# The presets cannot look for a program, and distributions name clang by its version.
find_program(clang_compiler REQUIRED
  NAMES clang++-22 clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16 clang++)
set(CMAKE_CXX_COMPILER ${clang_compiler})
