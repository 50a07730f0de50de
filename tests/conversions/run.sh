#!/bin/sh
# Real programs of Debian, before and after words.py has made `std::shared_ptr` an `ouro::shared_ptr`: whether they compile and
# pass their own tests, and what it costs. Takes about an hour; by hand, and once a week in CI. What has been built is kept in
# build/conversions, and goes with a folder there.
# usage: sh tests/conversions/run.sh [PACKAGE ...]
# Each package has a file here that defines
#   source     the name of the source package
#   needs      Debian packages to build it with
#   configure  runs in a copy of the source, with $flags for the compiler
#   compile    one process at a time
#   check      prints the results of its tests; tests_passed reads their number from that
#   workload   a representative run
# shellcheck disable=SC1090,SC2034,SC2154 # a package's file defines and uses them
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
. tests/portability/debian_root.sh
# Compile times are those of the compiler.
unset CMAKE_CXX_COMPILER_LAUNCHER
export CCACHE_DISABLE=1

root=$PWD
here=$root/tests/conversions
work=$root/build/conversions
flags="-O2 -DNDEBUG -w -I$root/include"
release=bookworm
repeats=5

need g++ g++
need python3 python3
need valgrind valgrind
need dpkg-source dpkg-dev
need /usr/bin/time time
need pkg-config pkgconf
need cmake cmake
need ninja ninja-build

# fetch SOURCE FOLDER: unpacks the source package there, with Debian's patches. It comes from where this machine's own
# packages of Debian come from.
fetch() {
  state=$work/apt
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  archive=$(debian_archive)
  if [ -z "$archive" ]; then
    update_packages
    archive=$(debian_archive)
  fi
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $release main" >"$state/sources"
  cat >"$state/conf" <<END
Dir::State::lists "$state/lists";
Dir::Cache "$state";
Dir::Etc::sourcelist "$state/sources";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
Acquire::Check-Valid-Until "false";
END
  if [ ! -e "$state/updated" ]; then
    APT_CONFIG=$state/conf apt-get update -q >/dev/null
    touch "$state/updated"
  fi
  mkdir -p "$work/sources/$1"
  (cd "$work/sources/$1" && APT_CONFIG=$state/conf apt-get source -q --download-only "$1" >/dev/null)
  dpkg-source --no-copy --no-check -x "$work/sources/$1/"*.dsc "$2" >/dev/null
}

# timed FILE COMMAND ...: appends the seconds on the processor and the peak of memory in KiB.
timed() {
  into=$1
  shift
  /usr/bin/time -a -o "$into" -f "%U %S %e %M" "$@"
}

# A function of a package in a copy of its source; as a command, for `timed`.
if [ "${1:-}" = --do ]; then
  . "$here/$2.sh"
  cd "$3"
  "$4"
  exit
fi
in_tree() {
  sh "$here/run.sh" --do "$package" "$results/$1" "$2"
}

# The bytes that valgrind calls lost, summed over the processes of a run.
lost_bytes() {
  sed -n 's/,//g; s/.*\(definitely\|indirectly\) lost: \([0-9]*\) bytes.*/\2/p' "$@" | awk '{ sum += $1 } END { print sum + 0 }'
}

convert_one() {
  package=$1
  results=$work/$package
  . "$here/$package.sh"
  mkdir -p "$results"
  for tree in std ouro; do
    [ -e "$results/$tree" ] || fetch "$source" "$results/$tree"
  done
  [ -e "$results/changed" ] || python3 "$here/words.py" "$results/ouro" >"$results/changed"
  for tree in std ouro; do
    if [ ! -e "$results/$tree.built" ]; then
      echo "$package: building with $tree::shared_ptr"
      in_tree "$tree" configure >"$results/$tree.log" 2>&1
      rm -f "$results/$tree.compile"
      timed "$results/$tree.compile" sh "$here/run.sh" --do "$package" "$results/$tree" compile >>"$results/$tree.log" 2>&1
      touch "$results/$tree.built"
    fi
    in_tree "$tree" check >"$results/$tree.tests" 2>&1 || echo "$package: tests with $tree::shared_ptr fail"
    tests_passed "$results/$tree.tests" >"$results/$tree.passed"
    rm -f "$results/$tree.time"
  done
  for repeat in $(seq "$repeats"); do
    for tree in std ouro; do
      timed "$results/$tree.time" sh "$here/run.sh" --do "$package" "$results/$tree" workload >"$results/$tree.out" 2>&1
    done
  done
  cmp -s "$results/std.out" "$results/ouro.out" || echo "$package: the runs print different things"
  for tree in std ouro; do
    rm -f "$results/$tree".valgrind.*
    RUNNER="valgrind --leak-check=full --show-leak-kinds=none --log-file=$results/$tree.valgrind.%p" \
      in_tree "$tree" workload >/dev/null 2>&1 || true
    lost_bytes "$results/$tree".valgrind.* >"$results/$tree.lost"
  done
  rm -f "$results/ouro.left"
  RUNNER="env LD_PRELOAD=$work/probe.so OURO_REPORT_OPAQUE=1 OURO_CONVERSION_REPORT=$results/ouro.left" \
    in_tree ouro workload >/dev/null 2>"$results/ouro.opaque" || true
}

# A shell of its own, in which a failure ends what follows.
if [ "${1:-}" = --one ]; then
  convert_one "$2"
  exit
fi

packages=${*:-zimlib libqxp qpdf}
for package in $packages; do
  . "$here/$package.sh"
  for each in $needs; do
    dpkg-query -W "$each" >/dev/null 2>&1 || missing="$missing $each"
  done
done
install_needed
mkdir -p "$work"
g++ -std=c++20 -O1 -shared -fPIC "-I$root/include" "$here/probe.cpp" -o "$work/probe.so"
passed=
failed=
for package in $packages; do
  if sh "$here/run.sh" --one "$package"; then
    passed="$passed $package"
  else
    failed="$failed $package"
  fi
done
# shellcheck disable=SC2086 # one word for each package
[ -z "$passed" ] || python3 "$here/table.py" "$work" $passed || failed="$failed some"
[ -z "$failed" ] || { echo "not as before:$failed" >&2; exit 1; }
