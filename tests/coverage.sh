#!/bin/sh
# How much of include/ the tests execute, and whether what they do not execute is known: builds the preset `coverage`, which is
# `debug` with counters and not optimised, passes its tests, and has coverage.py judge.
#
# What is counted, and why in this way:
# - Clang counts in the source, not in the object code as gcov does: no branch is there that only an optimiser, a destructor
#   or an exception has made, so that none needs to be excluded, and each operand of && and || is a condition of its own.
# - A line counts as executed, and an outcome of a condition as taken, if that happened in any instantiation of a template, in
#   any test program. The checked and the unchecked tests are among these: what is there at one check level only counts, too.
#   Merged here and not by llvm-cov: of functions that several programs have in different forms it knows one.
# - A function that nothing instantiates is not executed. The compiler says nothing of it, so libclang tells which there are.
# - Tests of examples do not count, nor does fuzzing: they execute much, and assert little of the library.
# - What only the compiler executes does not count: consteval functions, concepts, the initialisers of constants. No more does a
#   condition that is a constant expression wherever it is executed.
# - Processes that abort() count: the counters are mapped to their file (%c), since tests of misuse end so. Nothing is
#   excluded as an assertion.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
version=19
export CXX="clang++-$version"
need_to_test
need "llvm-cov-$version" "llvm-$version"
need "/usr/share/doc/python3-clang-$version" "python3-clang-$version"
install_needed

rm -rf "build/$CXX-coverage/profiles"
# What is drawn by lot is the same each time.
OURO_TEST_SEED=1 PRESETS=coverage sh tests/run.sh
python3 tests/coverage.py "build/$CXX-coverage"
