#!/bin/sh
# Builds the allocators that Debian does not have in a recent version, from their sources on crates.io, as libraries to
# be preloaded. Where they cannot be had they are left out.
# usage: sh bench/allocators.sh FOLDER
set -eu
mkdir -p "$1"
cd "$1"

# fetch CRATE VERSION SHA256: has cargo bring the crate to CRATE/vendor/CRATE, and checks that it is the one that was looked at.
fetch() {
  mkdir -p "$1/src"
  : >"$1/src/lib.rs"
  printf '[package]\nname = "fetch"\nversion = "0.0.0"\n[dependencies]\n%s = "=%s"\n' "$1" "$2" >"$1/Cargo.toml"
  cargo vendor --quiet --manifest-path "$1/Cargo.toml" "$1/vendor" >/dev/null &&
    grep -q "\"package\":\"$3\"" "$1/vendor/$1/.cargo-checksum.json"
}

if [ ! -e libmimalloc.so ] &&
  fetch libmimalloc-sys 0.1.49 6a45a52f43e1c16f667ccfe4dd8c85b7f7c204fd5e3bf46c5b0db9a5c3c0b8e9; then
  source=libmimalloc-sys/vendor/libmimalloc-sys/c_src/mimalloc/v2
  cc -O3 -DNDEBUG -fPIC -shared -ftls-model=initial-exec -fvisibility=hidden -DMI_MALLOC_OVERRIDE -DMI_SHARED_LIB \
    -DMI_SHARED_LIB_EXPORT "-I$source/include" "$source/src/static.c" -o libmimalloc.so -lpthread
fi

if [ ! -e libsnmalloc.so ] &&
  fetch snmalloc-sys 0.7.5 0fcaa86cecb1b1ccc4f4e7c7af6f675b79ca0be0e2a03f8ea690a97c756f7a72; then
  cmake -S snmalloc-sys/vendor/snmalloc-sys/upstream -B snmalloc -G Ninja -DCMAKE_BUILD_TYPE=Release -DSNMALLOC_BUILD_TESTING=OFF >/dev/null
  cmake --build snmalloc --target snmallocshim --parallel 2 >/dev/null
  cp snmalloc/libsnmallocshim.so libsnmalloc.so
fi
