#!/bin/sh
# The tests on other compilers, standards, word lengths, byte orders and systems than this machine's: cross-compiled, and run by
# qemu or wine. A part of them, as CI does; with --all, all that are not about threads or deep structures.
# usage: sh tests/portability/run.sh [--all] [TARGET ...]
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh

files="allocator/pool_walk_test allocator/limited_allocator_test collector/gc_module_test collector/teardown_test
  collector/walked_objects_test containers/object_layouts_test containers/weak_containers_test intern/interner_test
  pointer/heap_test pointer/managed_weak_test"
if [ "${1:-}" = --all ]; then
  shift
  files=$(cd tests && find allocator collector containers copy inspect intern object pointer refcount -name '*_test.cpp' |
    sed 's/\.cpp$//' | sort)
fi

# target NAME: sets compiler, flags and runner, and notes what is missing for them.
target() {
  flags=-std=c++20
  runner=
  case $1 in
    i686)
      cross i686-linux-gnu
      flags="$flags -static"  # runs here as it is
      ;;
    aarch64) cross aarch64-linux-gnu qemu-aarch64 ;;
    armhf) cross arm-linux-gnueabihf qemu-arm ;;
    s390x) cross s390x-linux-gnu qemu-s390x ;;
    windows)
      compiler=x86_64-w64-mingw32-g++-posix
      flags="$flags -static -Wa,-mbig-obj"
      runner="env WINEDEBUG=-all wine"
      need "$compiler" g++-mingw-w64-x86-64-posix
      need wine wine
      need /usr/lib/wine/wine64 wine64
      ;;
    clang16)
      compiler=clang++-16
      need "$compiler" clang-16
      ;;
    libcxx)
      compiler=clang++-19
      flags="$flags -stdlib=libc++"
      need "$compiler" clang-19
      need /usr/lib/llvm-19/include/c++/v1/version libc++-19-dev
      need /usr/lib/llvm-19/lib/libc++abi.a libc++abi-19-dev
      ;;
    cxx23)
      compiler=g++
      flags=-std=c++23
      ;;
    cxx26)
      compiler=clang++-19
      flags=-std=c++26
      need "$compiler" clang-19
      ;;
    *)
      echo "no such target: $1; there are: $every" >&2
      exit 2
      ;;
  esac
}

# cross TRIPLET [EMULATOR]
cross() {
  compiler=$1-g++
  need "$compiler" "g++-$1"
  [ $# -gt 1 ] || return 0
  runner="$2 -L /usr/$1"
  need "$2" qemu-user
}

every="i686 aarch64 armhf s390x windows clang16 libcxx cxx23 cxx26"
[ $# -gt 0 ] || set -- $every
need g++ g++
need /usr/include/doctest/doctest.h doctest-dev
for name in "$@"; do
  target "$name"
done
install_needed

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# By itself: what else lies in /usr/include is this machine's.
mkdir "$work/include"
cp -r /usr/include/doctest "$work/include/"

for name in "$@"; do
  target "$name"
  mkdir "$work/$name"
  unfit=
  case $name in
    # Those that fork, or ask the system about its pages, are for POSIX. At the end of a thread, mingw-w64 has given away its
    # variables before their destructors run: what ended threads leave to others stays with them.
    windows) unfit='support/child.hpp|mincore|std::thread' ;;
    # std::function is aligned to 16 bytes there, and the objects of this test are not walked with it.
    libcxx) unfit='"walked objects' ;;
  esac
  chosen=$(cd tests && for file in $files; do
    [ -n "$unfit" ] && grep -qE "$unfit" "$file.cpp" || echo "$file"
  done)
  export compiler flags work name
  # shellcheck disable=SC2016,SC2086 # expanded by the inner shell; files are words
  printf '%s\n' support/main $chosen | xargs -n 1 -P 2 sh -c '
    $compiler $flags -O1 -Iinclude -Itests -Iexamples -I"$work/include" -c "tests/$1.cpp" \
      -o "$work/$name/$(echo "$1" | tr / _).o"' compile
  # shellcheck disable=SC2086
  $compiler $flags "$work/$name"/*.o -o "$work/$name/tests.exe"
  # shellcheck disable=SC2086
  $runner "$work/$name/tests.exe" >"$work/log" 2>&1 || { cat "$work/log"; echo "$name failed"; exit 1; }
  printf '%-8s %s\n' "$name" "$(grep 'test cases' "$work/log" | tr -d '\r')"
done
