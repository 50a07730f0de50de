#!/bin/sh
# Fuzzes for so many seconds, with libFuzzer: the language of examples/lox, from its test programs on, or programs over
# managed objects (tests/fuzz/graph). What fails is left in the build.
# usage: sh tests/fuzz/run.sh [SECONDS] [lox|graph]
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
version=19
export CXX="clang++-$version"
need_to_test
install_needed

seconds=${1:-600}
what=${2:-lox}
build=build/$CXX-debug
cmake --preset debug -B "$build" >/dev/null
mkdir -p "$build/corpus_$what"
if [ "$what" = graph ]; then
  cmake --build "$build" --target fuzz_graph_libfuzzer
  exec setarch -R "$build/tests/fuzz_graph_libfuzzer" -max_total_time="$seconds" -max_len=1601 -timeout=60 \
    -rss_limit_mb=4096 -artifact_prefix="$build/" "$build/corpus_$what"
fi
cmake --build "$build" --target fuzz_lox
exec setarch -R "$build/tests/fuzz_lox" -max_total_time="$seconds" -max_len=4096 -close_fd_mask=3 -timeout=20 -rss_limit_mb=4096 \
  -artifact_prefix="$build/" -dict=tests/fuzz/lox.dict "$build/corpus_$what" tests/examples/lox bench/lox
