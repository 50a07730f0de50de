#!/bin/sh
# Objects of equal check levels link, those of different ones, or for different tools, do not (trap 65); nor do shared
# objects of different levels make objects beside each other. usage: link_check.sh COMPILER
set -eu
compiler=$1
include=$(cd "$(dirname "$0")/../include" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf '#include <ouro/ouro.hpp>\nstruct own { int one; };\nint other() { return ouro::make<own>(1)->one; }\n' >"$work/other.cpp"
printf '#include <ouro/ouro.hpp>\nint other();\nint main() { return other() - *ouro::make<int>(1); }\n' >"$work/main.cpp"
for level in 0 1; do
  "$compiler" -std=c++20 "-I$include" "-DOURO_CHECK_LEVEL=$level" -c "$work/other.cpp" -o "$work/other_$level.o"
  "$compiler" -std=c++20 "-I$include" "-DOURO_CHECK_LEVEL=$level" -c "$work/main.cpp" -o "$work/main_$level.o"
  "$compiler" -std=c++20 "-I$include" "-DOURO_CHECK_LEVEL=$level" -fPIC -shared "$work/other.cpp" -o "$work/libother_$level.so"
done
for level in 0 1; do
  "$compiler" "$work/main_$level.o" "$work/other_$level.o" -o "$work/same"
  "$work/same"
done
# usage: must_not_link OBJECT SYMBOL
must_not_link() {
  if "$compiler" -fsanitize=address "$work/main_0.o" "$1" -o "$work/mixed" 2>"$work/log"; then
    echo "main_0.o and ${1##*/} were linked"
    exit 1
  fi
  grep -q "$2" "$work/log" || {
    cat "$work/log"
    exit 1
  }
}
must_not_link "$work/other_1.o" ouro_check_level_differs_between_objects
"$compiler" -std=c++20 "-I$include" -DOURO_CHECK_LEVEL=0 -fsanitize=address -c "$work/other.cpp" -o "$work/other_asan.o"
must_not_link "$work/other_asan.o" ouro_tracking_tool_differs_between_objects

for level in 0 1; do
  "$compiler" "$work/main_1.o" "$work/libother_$level.so" "-Wl,-rpath,$work" -o "$work/shared_$level"
done
"$work/shared_1"
if ("$work/shared_0"; exit $?) 2>"$work/log"; then
  echo "a checked program uses an unchecked library"
  exit 1
fi
grep -Fqx "ouro: shared objects of different check levels [type: int]" "$work/log" || {
  cat "$work/log"
  exit 1
}
echo "objects of equal levels and for the same tool link, others do not"
