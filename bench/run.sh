#!/bin/sh
# Builds and runs the benchmarks on one pinned core and prints medians and ratios. --smoke: each for a moment, to see that it runs.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
need_to_build
need python3 python3
need taskset util-linux
need /usr/include/benchmark/benchmark.h libbenchmark-dev
need /usr/include/boost/smart_ptr/intrusive_ptr.hpp libboost-dev
install_needed

repetitions=5
min_time=0.2
case ${1:-} in
  --smoke)
    repetitions=1
    min_time=0.01
    ;;
  "") ;;
  *)
    echo "usage: sh bench/run.sh [--smoke]" >&2
    exit 2
    ;;
esac

build=build/bench
cmake --preset bench -B "$build" >/dev/null
cmake --build "$build" --parallel 2
results=$build/results
rm -rf "$results"
mkdir -p "$results"
# The last of the cores that this shell may use.
core=$(taskset -cp $$ | sed 's/.*[^0-9]//')
for program in "$build"/bench/bench_*; do
  [ -x "$program" ] || continue
  taskset -c "$core" "$program" --benchmark_min_time=$min_time --benchmark_repetitions=$repetitions \
    --benchmark_out="$results/$(basename "$program").json" --benchmark_out_format=json >/dev/null
done
python3 bench/ratios.py "$results"/*.json
