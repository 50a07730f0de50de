#!/bin/sh
# The ways in which programs come by the library: installed, as a subdirectory, by pkg-config; and an example copied out of
# the tree. usage: run.sh SOURCE_FOLDER COMPILER
set -eu
source=$1
export CXX="$2"
here=$source/tests/consumer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }
}

# build NAME SOURCE_FOLDER [SETTING ...]
build() {
  name=$1
  folder=$2
  shift 2
  quietly cmake -S "$folder" -B "$work/$name" -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$prefix" "$@"
  quietly cmake --build "$work/$name"
}

# The natvis file is of no use here, but must not disturb.
quietly cmake -S "$source" -B "$work/ouro" -DOURO_BUILD_TESTS=OFF -DOURO_BUILD_EXAMPLES=OFF -DOURO_INCLUDE_NATVIS=ON \
  "-DCMAKE_INSTALL_PREFIX=$prefix"
quietly cmake --install "$work/ouro"

has_gdb_script() {
  grep -q ouro_gdb_texts "$1" || { echo "$1 lacks the script for GDB"; exit 1; }
}

build installed "$here" -DOURO_WANTED=0.1
quietly "$work/installed/consumer"
has_gdb_script "$work/installed/consumer"

if cmake -S "$here" -B "$work/newer" "-DCMAKE_PREFIX_PATH=$prefix" -DOURO_WANTED=0.2 >"$work/log" 2>&1; then
  echo "find_package(ouro 0.2) accepted this version"
  exit 1
fi
grep -q "considered but not accepted" "$work/log" || { cat "$work/log"; exit 1; }

# A package can be moved.
mv "$prefix" "$work/moved"
prefix=$work/moved

build subdirectory "$here" "-DOURO_SOURCE=$source"
quietly "$work/subdirectory/consumer"
has_gdb_script "$work/subdirectory/consumer"
quietly cmake --install "$work/subdirectory" --prefix "$work/leaked"
if [ -e "$work/leaked/include" ]; then
  echo "as a subdirectory, the library installs itself with its host"
  exit 1
fi

if command -v pkg-config >/dev/null; then
  flags=$(PKG_CONFIG_PATH=$prefix/share/pkgconfig pkg-config --cflags ouro)
  # shellcheck disable=SC2086 # flags are words
  quietly "$CXX" -std=c++20 $flags "$here/main.cpp" -o "$work/by_pkg_config"
  quietly "$work/by_pkg_config"
fi

cp -r "$source/examples/package_graph" "$work/copied"
build out_of_tree "$work/copied"
quietly "$work/out_of_tree/package_graph" "$source/examples/package_graph/sample_status"

# Whoever gives no type of build gets an optimised program.
cp -r "$source/examples/lox" "$work/lox"
quietly cmake -S "$work/lox" -B "$work/untyped" "-DCMAKE_PREFIX_PATH=$prefix"
grep -q '^CMAKE_BUILD_TYPE:STRING=Release$' "$work/untyped/CMakeCache.txt" || { echo "lox is not optimised"; exit 1; }
quietly cmake -S "$work/lox" -B "$work/typed" "-DCMAKE_PREFIX_PATH=$prefix" -DCMAKE_BUILD_TYPE=Debug
grep -q '^CMAKE_BUILD_TYPE:STRING=Debug$' "$work/typed/CMakeCache.txt" || { echo "lox overrides its user"; exit 1; }
echo "installed, subdirectory, pkg-config, copied example: all build and run"
