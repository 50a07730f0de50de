#!/bin/sh
# Asks every memory manager the questions about cycles, one after the other on one core, and shows how far the goals are
# met. Lines of question, contender, value, unit go to build/bench/cycles.tsv.
# usage: sh bench/cycles/run.sh [--smoke | --huge] [QUESTION...]
#   --smoke: tiny, and only who is installed; --huge: heaps of 10^8 objects, too
#   questions: cyc ring grid scan scan_few scan_growth churn trees gcbench pause
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
need_to_build
need python3 python3
need taskset util-linux
need /usr/include/benchmark/benchmark.h libbenchmark-dev

scale=
case ${1:-} in
  --smoke | --huge)
    scale=$1
    shift
    ;;
  -*)
    sed -n 's/^# usage: /usage: /p' "$0" >&2
    exit 2
    ;;
esac
if [ "$scale" != --smoke ]; then
  need /usr/include/gc/gc.h libgc-dev
  need nim nim
  need go golang-go
  need javac openjdk-17-jdk-headless
  need php php-cli
fi
install_needed

build=build/bench
cmake --preset bench -B "$build" >/dev/null
cmake --build "$build" --target bench/cycles/all --parallel 2
programs=$build/bench/cycles
foreign=$programs/foreign
results=$build/cycles.tsv
# The last of the cores that this shell may use.
core=$(taskset -cp $$ | sed 's/.*[^0-9]//')
: >"$results"

# ask FILE COMMAND...: unless the file is missing.
ask() {
  [ -e "$1" ] || return 0
  shift
  # shellcheck disable=SC2086 # no word when it is empty
  taskset -c "$core" "$@" "$question" $scale >>"$results" || echo "failed: $* $question" >>"$build/cycles.failed"
}

rm -f "$build/cycles.failed"
[ $# -gt 0 ] || set -- cyc ring grid scan scan_few scan_growth churn trees gcbench pause
for question in "$@"; do
  echo "$question" >&2
  for compiled in ouro shared_ptr bdwgc; do
    ask "$programs/cycles_$compiled" "$programs/cycles_$compiled"
  done
  ask "$foreign/orc" "$foreign/orc"
  ask "$foreign/go" "$foreign/go"
  for collector in Serial G1; do
    ask "$foreign/Cycles.class" java "-XX:+Use${collector}GC" -cp "$foreign" Cycles
  done
  ask bench/cycles/cycles.py python3 bench/cycles/cycles.py
  ! command -v php >/dev/null || ask bench/cycles/cycles.php php bench/cycles/cycles.php
done
# What is tiny proves nothing.
[ "$scale" != --smoke ] || exec >/dev/null
python3 bench/cycles/goals.py "$results"
if [ -e "$build/cycles.failed" ]; then
  cat "$build/cycles.failed" >&2
  exit 1
fi
