#!/bin/sh
# The tests on other compilers, C libraries, standards, word lengths, byte orders and systems than this machine's:
# cross-compiled, and run by qemu, wine or node. A part of them, as CI does; with --all, all that are not about threads or deep
# structures, and more targets. For systems whose programs nothing here can run, one program is compiled and linked.
# usage: sh tests/portability/run.sh [--all] [TARGET ...]
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
. tests/portability/debian_root.sh
. tests/portability/msvc.sh
. tests/portability/wasi.sh

every="i686 aarch64 armhf s390x windows clang16 libcxx cxx23 cxx26 gcc14 musl reflection wasi
  macos macos-x86_64 freebsd windows-aarch64 msvc"

files="allocator/pool/pool_walk_test allocator/decorators/limited_allocator_test pointer/gc_freeze_test
  pointer/gc_garbage_test collector/gc_callbacks_test collector/heap_view_test collector/engine/teardown_test
  heap/adapters/walkable_pools_test containers/attributes_test containers/frozen_list_test
  containers/weak_value_map_test containers/weak_key_map_test intern/interner_test intern/interned_string_test
  pointer/heap_test pointer/managed_weak_test trace/reflection_test trace/reflection_bases_test
  trace/reflection_limits_test trace/fields_test"
if [ "${1:-}" = --all ]; then
  shift
  every="$every gcc16"
  files=$(cd tests && find allocator base collector config containers copy heap inspect intern object pointer refcount trace -name '*_test.cpp' |
    sed 's/\.cpp$//' | sort)
fi

one_program="tests/portability/behaviour.cpp tests/support/odr.cpp"

# target NAME: sets compiler, flags and runner, and notes what is missing for them.
target() {
  built=
  flags=-std=c++20
  runner=
  root=
  extent=run
  case $1 in
    i686)
      cross i686-linux-gnu
      flags="$flags -static"  # runs here as it is
      ;;
    aarch64) cross aarch64-linux-gnu qemu-aarch64 ;;
    armhf)
      cross arm-linux-gnueabihf qemu-arm
      flags="$flags -Wno-psabi"  # g++ 7 passed arguments otherwise, and who includes std::vector is told
      ;;
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
    gcc14) foreign trixie 14 ;;
    gcc16) foreign sid 16 ;;
    reflection)
      foreign sid 16
      flags="-std=c++26 -freflection -static"
      need python3 python3
      ;;
    musl)
      zig x86_64-linux-musl
      flags="$flags -static"
      ;;
    wasi)
      zig wasm32-wasi -mcpu=generic+exception_handling
      flags="$flags -fwasm-exceptions -DDOCTEST_CONFIG_NO_POSIX_SIGNALS"
      # Node.js 20 may crash while it ends, after any module that has called sbrk with 2 MiB fifty times; not with this option.
      runner="node --single-threaded-gc --no-warnings --experimental-wasi-unstable-preview1 tests/portability/wasi.mjs"
      need node nodejs
      ;;
    macos) linked aarch64-macos ;;
    macos-x86_64) linked x86_64-macos ;;
    freebsd) linked x86_64-freebsd ;;
    windows-aarch64) linked aarch64-windows-gnu ;;
    msvc)
      zig
      extent=compiled
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

# foreign RELEASE VERSION: a g++ from another release of Debian. What it makes runs here, since it is linked statically.
foreign() {
  root=$PWD/build/gcc-$2
  compiler="${as_root:-} chroot $root g++-$2"
  flags="$flags -static"
  need dpkg-deb dpkg
  need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
  [ -z "${installed:-}" ] || debian_root "$1" "g++-$2" "$root"
}

# What only reflection has: the program of its page, and that objects which see classes in different ways do not link.
# shellcheck disable=SC2086 # flags are words
check_reflection() {
  sed -n '/^```c++$/,/^```$/{/^```/!p}' docs/pages/guides/reflection.md >"$root$work/page.cpp"
  printf '#include <ouro/ouro.hpp>\nint other() { return *ouro::make<int>(0); }\n' >"$root$work/other.cpp"
  for file in page other; do
    $compiler $flags -Iinclude -c "$work/$file.cpp" -o "$work/$file.o"
  done
  $compiler $flags "$work/page.o" "$work/other.o" -o "$work/page"
  "$root$work/page"
  $compiler $flags -DOURO_HAS_REFLECTION=0 -Iinclude -c "$work/other.cpp" -o "$work/other.o"
  if $compiler $flags "$work/page.o" "$work/other.o" -o "$work/page" 2>"$work/log"; then
    echo "objects with and without reflection were linked"
    return 1
  fi
  grep -q ouro_reflection_differs_between_objects "$work/log" || {
    cat "$work/log"
    return 1
  }
}

# linked TARGET: there is a C library to link with, but nothing that runs the program.
linked() {
  zig "$1"
  extent=linked
}

# zig [TARGET [FLAG]]: clang, libc++ and the C library in one, from PyPI.
zig() {
  compiler="build/zig/bin/python -m ziglang c++ ${1:+-target} $*"
  flags="$flags -O1"  # without it, zig adds sanitizers of its own
  need python3 python3
  python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
  [ -n "${installed:-}" ] || return 0
  export ZIG_GLOBAL_CACHE_DIR="$PWD/build/zig/cache"
  [ -e build/zig/bin/pip ] || python3 -m venv build/zig
  build/zig/bin/python -m ziglang version >/dev/null 2>&1 || build/zig/bin/pip install -q ziglang
}

[ $# -gt 0 ] || set -- $every
need g++ g++
need /usr/include/doctest/doctest.h doctest-dev
for name in "$@"; do
  target "$name"
done
install_needed
installed=yes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# By itself: what else lies in /usr/include is this machine's.
mkdir "$work/include"
cp -r /usr/include/doctest "$work/include/"
[ "$(id -u)" = 0 ] || as_root=sudo

for name in "$@"; do
  target "$name"
  mkdir "$work/$name"
  case $extent in
    linked)
      # shellcheck disable=SC2086 # words
      $compiler $flags -O1 -Iinclude $one_program -o "$work/$name/program"
      printf '%-15s %s\n' "$name" "one program compiled and linked, not run"
      continue
      ;;
    compiled)
      compile_for_msvc "$work/$name"
      printf '%-15s %s\n' "$name" "one program compiled, not linked"
      continue
      ;;
  esac
  if [ -n "$root" ]; then
    # The compiler finds everything at the paths that it has here.
    mkdir -p "$root$work"
    cp -r include tests examples "$root/"
    cp -r "$work/include" "$work/$name" "$root$work/"
  fi
  if [ "$name" = reflection ]; then
    python3 tests/portability/strip_traces.py "$root/tests"
    check_reflection
  fi
  unfit=
  extra=
  includes="-I$work/include"
  case $name in
    # Those that fork, or ask the system about its pages, are for POSIX. At the end of a thread, mingw-w64 has given away its
    # variables before their destructors run: what ended threads leave to others stays with them.
    windows) unfit='support/(child|is_mapped).hpp|std::thread' ;;
    # std::function is aligned to 16 bytes there, and the objects of this test are not walked with it.
    libcxx | musl) unfit='"walkable_pools:' ;;
    wasi)
      # There are no threads, no processes and no signals.
      unfit='support/(child|is_mapped).hpp|std::thread|"walkable_pools:'
      extra=base/system_memory_test  # which comes from elsewhere there
      built=build/zig/wasi-exceptions
      wasi_exceptions "$compiler" "$flags" "$built"
      cp -r "$work/include" "$work/$name/"
      doctest_for_wasi "$work/$name/include"
      includes="-I$work/$name/include"
      ;;
  esac
  chosen=$(cd tests && for file in $files $extra; do
    [ -n "$unfit" ] && grep -qE "$unfit" "$file.cpp" || echo "$file"
  done)
  # Not optimised, which takes half the time: modes.sh and the stress below are about what optimisers do.
  compile="$compiler -O0 $flags -Iinclude -Itests -Iexamples $includes"
  # What all test files include, read once. The main program makes of doctest what the others only declare, and goes without.
  all="$work/$name/all.hpp"
  printf '#include <ouro/ouro.hpp>\n#include <doctest/doctest.h>\n' >"$root$all"
  $compile -c tests/support/main.cpp -o "$work/$name/support_main.o" &
  $compile -x c++-header "$all" -o "$all.gch"
  wait $!
  export compile all work name
  # shellcheck disable=SC2016,SC2086 # expanded by the inner shell; files are words
  printf '%s\n' $chosen | xargs -n 1 -P 2 sh -c '
    $compile -include "$all" -c "tests/$1.cpp" -o "$work/$name/$(echo "$1" | tr / _).o"' compile
  # shellcheck disable=SC2046,SC2086
  $compiler $flags ${built:+"$built"/*.o} $(cd "$root/" && find ".$work/$name" -name '*.o' | sed 's/^\.//') \
    -o "$work/$name/tests.exe"
  # shellcheck disable=SC2086
  $runner "$root$work/$name/tests.exe" >"$work/log" 2>&1 || { cat "$work/log"; echo "$name failed"; exit 1; }
  if [ "$name" = aarch64 ]; then
    # Threads that share objects, where memory is ordered more weakly than here.
    # shellcheck disable=SC2086 # words
    $compiler $flags -O1 -Iinclude -Itests tests/stress/stress.cpp -o "$work/$name/stress"
    # shellcheck disable=SC2086
    $runner "$work/$name/stress" --operations 340000
  fi
  [ -z "$root" ] || rm -r "$root$work"
  if [ "$name" = wasi ]; then
    # shellcheck disable=SC2046 # words
    without_exceptions "$runner" "$work/$name" $(grep -L support/child.hpp tests/no_exceptions/*.cpp) "$one_program"
  fi
  printf '%-15s %s\n' "$name" "$(grep 'test cases' "$work/log" | tr -d '\r')"
done
