#!/bin/sh
# One program compiled in many ways, by g++ and by clang with lld: without exceptions and RTTI, hidden, static, by link-time
# optimisation.
# usage: sh tests/portability/modes.sh [--all]
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh

need g++ g++
need clang++-19 clang-19
need ld.lld-19 lld-19
install_needed

# Several at once, since each alone is rarely at fault.
modes() {
  cat <<END
-O0 -fno-exceptions -fno-rtti -funsigned-char
-O3 -DNDEBUG -flto -static
-Os -DNDEBUG -fno-exceptions -fno-pie -no-pie -fno-strict-aliasing
-O1 -fno-rtti -fvisibility=hidden -fPIE -pie -D_GLIBCXX_DEBUG -ffunction-sections -fdata-sections -Wl,--gc-sections
END
}

each_alone() {
  for optimised in -O0 -O1 -O2 -O3 -Os; do
    for flag in -fno-exceptions -fno-rtti "-fno-exceptions -fno-rtti" -flto "-flto -fno-exceptions" -static \
      "-static -flto" "-fPIE -pie" "-fno-pie -no-pie" "-static-pie -fPIE" -fPIC \
      "-fvisibility=hidden -fvisibility-inlines-hidden" -funsigned-char -fsigned-char -fno-strict-aliasing -fwrapv \
      -ftrapv -fno-inline -fno-builtin -fno-plt -fno-threadsafe-statics -ffast-math -fshort-enums -D_GLIBCXX_DEBUG \
      -D_GLIBCXX_ASSERTIONS -D_FORTIFY_SOURCE=3 "-ffunction-sections -Wl,--gc-sections" -march=native -std=gnu++20 \
      -DOURO_CHECK_LEVEL=0 -DOURO_CHECK_LEVEL=2; do
      echo "$optimised $flag"
    done
  done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "${1:-}" = --all ]; then each_alone; else modes; fi >"$work/modes"

for compiler in g++ clang++-19; do
  while read -r mode; do
    case $compiler in clang*) mode="$mode -fuse-ld=lld-19" ;; esac
    echo "$compiler -std=c++20 $mode"
  done <"$work/modes"
done >"$work/all"

export work
# shellcheck disable=SC2016 # expanded by the inner shell
xargs -P 2 -I '{}' sh -c '
  one=$(mktemp -d "$work/XXXXXX")
  {} -Wall -Wextra -Werror -pthread -Iinclude tests/portability/behaviour.cpp tests/support/odr.cpp -o "$one/program" \
    >"$one/log" 2>&1 && "$one/program" >>"$one/log" 2>&1 || { echo "failed: {}"; cat "$one/log"; exit 255; }
  rm -r "$one"' <"$work/all"
echo "one program, compiled in $(wc -l <"$work/all") ways, behaves the same"
