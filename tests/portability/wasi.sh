# shellcheck shell=sh
# Sourced by run.sh: what the tests need on WASI.
#
# wasi_exceptions COMPILER FLAGS FOLDER: compiles what C++ exceptions need into the folder, with zig's c++. The C++ library that
# comes with zig for WASI is compiled without them, but its sources come along, too.
wasi_exceptions() {
  [ ! -e "$3/complete" ] || return 0
  mkdir -p "$3"
  lib=$(build/zig/bin/python -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "lib"))')
  for file in cxa_exception cxa_personality; do
    # shellcheck disable=SC2086 # words
    $1 $2 -O2 -DNDEBUG -std=c++23 -D_LIBCXXABI_HAS_NO_THREADS -D_LIBCPP_BUILDING_LIBRARY -I"$lib/libcxxabi/include" \
      -I"$lib/libcxxabi/src" -I"$lib/libcxx/src" -I"$lib/libunwind/include" -c "$lib/libcxxabi/src/$file.cpp" -o "$3/$file.o"
  done
  # shellcheck disable=SC2086
  $1 -fwasm-exceptions -x c -std=c23 -O2 -D_LIBUNWIND_HAS_NO_THREADS -D_LIBUNWIND_HIDE_SYMBOLS -I"$lib/libunwind/include" \
    -c "$lib/libunwind/src/Unwind-wasm.c" -o "$3/unwind.o"
  # What `throw` throws, as WebAssembly sees it.
  printf '.globl __cpp_exception\n.tagtype __cpp_exception i32\n__cpp_exception:\n' >"$3/tag.s"
  # shellcheck disable=SC2086
  $1 -c "$3/tag.s" -o "$3/tag.o"
  touch "$3/complete"
}

# doctest_for_wasi FOLDER: changes the copy of doctest there, which takes WASI for a system without exceptions, includes
# <csignal>, which is an error there, and would open a file, for which this libc++ has no class.
doctest_for_wasi() {
  sed -i -e 's/^ *|| defined(__wasi__)$/|| 0/' -e '/#include <csignal>/d' -e '/fstr\.open(/d' \
    -e 's/std::fstream fstr;/struct : std::stringstream { bool is_open() { return false; } void close() {} } fstr;/' \
    "$1/doctest/doctest.h"
}

# without_exceptions RUNNER FOLDER PROGRAM ...: compiles programs without exceptions, as programs for WASI mostly are, with
# nothing but what comes with the compiler, and runs each. A program is named by its source files.
without_exceptions() {
  run=$1
  folder=$2
  shift 2
  for sources; do
    # shellcheck disable=SC2086 # words
    build/zig/bin/python -m ziglang c++ -target wasm32-wasi -std=c++20 -fno-exceptions -fno-rtti -O1 -Iinclude -Itests \
      $sources -o "$folder/program.wasm"
    # shellcheck disable=SC2086
    $run "$folder/program.wasm" || { echo "failed without exceptions: $sources"; exit 1; }
  done
}
