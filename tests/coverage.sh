#!/bin/sh
# Whether the tests execute all of include/: builds the preset `coverage`, passes its tests, and has gcovr judge. A line may go
# without only if it is marked (GCOVR_EXCL_LINE), or stands between two marks (GCOVR_EXCL_START, GCOVR_EXCL_STOP).
#
# - A line counts as executed if that happened in any instantiation of a template, in any test program.
# - What is not compiled does not count: templates that nothing instantiates, functions that nothing calls, and what only the
#   compiler executes.
# - Tests of examples do not count, nor does fuzzing: they execute much, and assert little of the library.
# - The child of a fork counts once more what its parent has counted before.
# - clang computes some counts from others, and then finds 0 for a few blocks that end in a call which does not return.
# - Conditions are not judged: each instantiation, each sanitizer and each exception adds branches that are never taken. Whether
#   a test notices a condition is what tests/mutants tells.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
# One version for all who judge, since each counts a little differently.
version=19
export CXX="clang++-$version"
need_to_test
need "llvm-cov-$version" "llvm-$version"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
install_needed

build=build/$CXX-coverage
mkdir -p "$build"
find "$build" -name '*.gcda' -delete
# What is drawn by lot is the same each time.
OURO_TEST_SEED=1 PRESETS=coverage sh tests/run.sh

tools=build/coverage-venv/bin
[ -x "$tools/gcovr" ] || python3 -m venv build/coverage-venv
"$tools/pip" install --quiet --disable-pip-version-check gcovr==8.8
"$tools/gcovr" -j 2 --gcov-executable "llvm-cov-$version gcov" --filter include/ouro --exclude-directory '.*/fuzz_lox.dir' \
  --merge-lines --exclude-noncode-lines --exclude-lines-by-pattern '.*if constexpr .*\{$' --exclude-unreachable-branches \
  --gcov-suspicious-hits-threshold 0 --fail-under-line 100 --txt-metric line \
  "$build/tests"
