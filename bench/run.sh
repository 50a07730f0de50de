#!/bin/sh
# Builds and runs the benchmarks, ours beside the peers, and writes tables and pictures to build/bench/results.
# usage: sh bench/run.sh [--smoke] [--only REGEX] [--repetitions N] [--publish] [--rewrite] [--compare BEFORE.csv AFTER.csv]
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
smoke=
rewrite=
for option in "$@"; do
  case $option in
    --smoke) smoke=yes ;;
    --compare | --help | -h) exec python3 bench/report "$@" ;;
    --rewrite) rewrite=yes ;;
  esac
done

need python3 python3
need /usr/lib/python3/dist-packages/matplotlib/__init__.py python3-matplotlib
# Debian's python3-matplotlib is for this Python.
report() { PATH=/usr/bin:$PATH exec python3 bench/report "$@"; }
if [ -n "$rewrite" ]; then
  install_needed
  report "$@"
fi

need_to_build
need taskset util-linux
need /usr/include/benchmark/benchmark.h libbenchmark-dev
need /usr/include/boost/smart_ptr/intrusive_ptr.hpp libboost-dev
need /usr/include/valgrind/callgrind.h valgrind
need /usr/include/absl/container/flat_hash_set.h libabsl-dev
need /usr/include/xxhash.h libxxhash-dev
if [ -z "$smoke" ]; then
  need /usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4 libtcmalloc-minimal4
  need /usr/lib/x86_64-linux-gnu/libjemalloc.so.2 libjemalloc2
  need /usr/lib/x86_64-linux-gnu/libtbbmalloc_proxy.so.2 libtbbmalloc2
  need /usr/include/gc/gc.h libgc-dev
  need nim nim
  need go golang-go
  need javac openjdk-17-jdk-headless
  need php php-cli
  need cargo cargo
fi
install_needed

build=build/bench
[ -n "$smoke" ] || sh bench/allocators.sh "$build/peers"
cmake --preset bench -B "$build" >/dev/null
cmake --build "$build" --parallel 2
report --build "$build" "$@"
