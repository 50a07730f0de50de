#!/bin/sh
# Sets up and passes the tests: a debug build under ASan and UBSan, then a release build. CXX chooses the compiler, PRESETS
# the builds; arguments go to ctest, as in `sh tests/run.sh -R pointer`.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
need_to_test
install_needed

# The sanitizers of older compilers do not find room for their tables where the kernel scatters memory wider than this.
scattered=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
gathered=
if [ "$scattered" -gt 28 ] && setarch -R true 2>/dev/null; then
  gathered="setarch -R"
fi

builds=
for preset in ${PRESETS:-debug release}; do
  build=build/${CXX:+$(basename "$CXX")-}$preset
  builds="$builds $build"
  cmake --preset "$preset" -B "$build" >/dev/null
  cmake --build "$build" --parallel 2
  $gathered ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2 --timeout 600 \
    --output-log "$build/ctest.log" "$@"
done

printf '\n'
for build in $builds; do
  printf '%s: ' "$build"
  grep 'tests passed' "$build/ctest.log"
done
