#!/bin/sh
# Fuzzes the language of examples/lox for so many seconds, from its test programs on. What fails is left in the build.
# usage: sh tests/fuzz/run.sh [SECONDS]
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
version=19
export CXX="clang++-$version"
need_to_test
install_needed

build=build/$CXX-debug
cmake --preset debug -B "$build" >/dev/null
cmake --build "$build" --target fuzz_lox
mkdir -p "$build/corpus"
exec setarch -R "$build/tests/fuzz_lox" -max_total_time="${1:-600}" -max_len=4096 -close_fd_mask=3 -timeout=20 -rss_limit_mb=4096 \
  -artifact_prefix="$build/" -dict=tests/fuzz/lox.dict "$build/corpus" tests/examples/lox bench/lox
