#!/bin/sh
# Builds the fast paths and counts their instructions, by g++ or what CXX names. --tighten: makes the counts the bounds.
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
need_to_build
need python3 python3
need valgrind valgrind
# All of bench/ is configured, though one program is built.
need /usr/include/benchmark/benchmark.h libbenchmark-dev
need /usr/include/absl/container/flat_hash_set.h libabsl-dev
install_needed

build=build/bench${CXX:+-$CXX}
cmake --preset bench -B "$build" >/dev/null
cmake --build "$build" --target bench_instructions --parallel 2
python3 bench/instructions/count.py "$build/bench/instructions/bench_instructions" "$@"
