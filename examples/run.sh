#!/bin/sh
# The tour: the small programs 01 to 10, an editor with the pointers of the standard and with ours, threads that share a graph, a
# pipeline of three threads, a program in the language Lox, then package_graph on this machine's package database, or on the file
# that is given.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../cmake/setup.sh"
file=${1:-}
case $file in "" | /*) ;; *) file=$PWD/$file ;; esac
cd "$here/.."
need_to_build
install_needed

build=build/${CXX:+$(basename "$CXX")-}examples
cmake --preset examples -B "$build" >/dev/null
cmake --build "$build" --parallel 2

# In their own folders: one of them writes a file.
for program in "$PWD/$build"/examples/[0-9]*/; do
  [ -d "$program" ] || continue
  name=$(basename "$program")
  printf '\n=== %s ===\n' "$name"
  (cd "$program" && "./$name")
done
printf '\n=== from_shared_ptr ===\n'
"$build/examples/from_shared_ptr/with_std"
"$build/examples/from_shared_ptr/from_shared_ptr"
printf '\n=== threads ===\n'
"$build/examples/threads/threads"
printf '\n=== islands ===\n'
"$build/examples/islands/islands"
printf '\n=== lox ===\n'
"$build/examples/lox/lox" --stats examples/lox/tour.lox
printf '\n=== package_graph ===\n'
"$build/examples/package_graph/package_graph" ${file:+"$file"}
