#!/bin/sh
# Objects of equal check levels link, those of different ones do not (trap 65). usage: link_check.sh COMPILER
set -eu
compiler=$1
include=$(cd "$(dirname "$0")/../include" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf '#include <ouro/ouro.hpp>\nint other() { return *ouro::make<int>(1); }\n' >"$work/other.cpp"
printf '#include <ouro/ouro.hpp>\nint other();\nint main() { return other() - *ouro::make<int>(1); }\n' >"$work/main.cpp"
for level in 0 1; do
  "$compiler" -std=c++20 "-I$include" "-DOURO_CHECK_LEVEL=$level" -c "$work/other.cpp" -o "$work/other_$level.o"
  "$compiler" -std=c++20 "-I$include" "-DOURO_CHECK_LEVEL=$level" -c "$work/main.cpp" -o "$work/main_$level.o"
done
for level in 0 1; do
  "$compiler" "$work/main_$level.o" "$work/other_$level.o" -o "$work/same"
  "$work/same"
done
if "$compiler" "$work/main_0.o" "$work/other_1.o" -o "$work/mixed" 2>"$work/log"; then
  echo "a checked and an unchecked object were linked"
  exit 1
fi
grep -q ouro_check_level_differs_between_objects "$work/log" || {
  cat "$work/log"
  exit 1
}
echo "equal levels link, different ones do not"
