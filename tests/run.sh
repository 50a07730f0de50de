#!/bin/sh
# Sets up and passes the tests that every change needs: under ASan and UBSan, and optimised those that no sanitized build can
# run. With --all, all tests in both builds. CXX chooses the compiler, PRESETS the builds, each with a set of tests behind a
# colon (tests/CMakeLists.txt) or with all; other arguments go to ctest, as in `sh tests/run.sh -R pointer`.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh

: "${PRESETS=debug:common release:unsanitized}"
if [ "${1:-}" = --all ]; then
  PRESETS="debug release"
  shift
fi

need_to_test
install_needed

# The sanitizers of older compilers do not find room for their tables where the kernel scatters memory wider than this.
scattered=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
gathered=
if [ "$scattered" -gt 28 ] && setarch -R true 2>/dev/null; then
  gathered="setarch -R"
fi

logs=
for preset in $PRESETS; do
  tests=all
  case $preset in *:*) tests=${preset#*:} ;; esac
  examples=OFF
  case $tests in all | uncommon) examples=ON ;; esac
  build=build/${CXX:+$(basename "$CXX")-}${preset%:*}
  log=$build/ctest-$tests.log
  logs="$logs $log"
  cmake --preset "${preset%:*}" -B "$build" -D OURO_TESTS="$tests" -D OURO_BUILD_EXAMPLES="$examples" >/dev/null
  cmake --build "$build" --parallel 2
  $gathered ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel 2 --timeout 600 --output-log "$log" "$@"
done

printf '\n'
for log in $logs; do
  printf '%s: ' "${log%.log}"
  grep 'tests passed' "$log"
done
