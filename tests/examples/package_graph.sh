#!/bin/sh
# What package_graph answers to good, missing and malformed files: exit code, and a message that names the line.
# usage: package_graph.sh PROGRAM
set -u

program=$1
sample=$(dirname "$0")/../../examples/package_graph/sample_status
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
file=$work/status
failures=0

fail() {
  echo "FAILED: $1" >&2
  sed 's/^/  | /' "$work/out" "$work/err" >&2
  failures=$((failures + 1))
}

run() {
  "$program" "$@" >"$work/out" 2>"$work/err"
  code=$?
}

# expect_good NAME: the file is read, and all checks hold.
expect_good() {
  run "$file"
  [ "$code" -eq 0 ] || fail "$1: exit code $code instead of 0"
  [ ! -s "$work/err" ] || fail "$1: it complains"
}

# expect_line NAME TEXT: the report has a line with this text, however many spaces there are.
expect_line() {
  tr -s ' ' <"$work/out" | grep -qF -- "$2" || fail "$1: the report lacks '$2'"
}

# expect_bad NAME LINE MESSAGE: exit code 2, nothing shown, and one line on stderr that says where and what.
expect_bad() {
  run "$file"
  [ "$code" -eq 2 ] || fail "$1: exit code $code instead of 2"
  [ ! -s "$work/out" ] || fail "$1: it shows a report"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$1: the message is not one line"
  grep -qF -- "$file:$2: " "$work/err" || fail "$1: the message does not name line $2"
  grep -qF -- "$3" "$work/err" || fail "$1: the message lacks '$3'"
}

# package NAME [FIELD]...: one stanza on the standard output; %b turns \n and \0 into what they mean.
package() {
  printf 'Package: %s\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n' "$1"
  shift
  for field in "$@"; do printf '%b\n' "$field"; done
  printf '\n'
}

# --- arguments ---
run --help
[ "$code" -eq 0 ] || fail "--help: exit code $code"
expect_line "--help" "usage: package_graph [FILE]"
run --no-such-option
[ "$code" -eq 2 ] || fail "unknown option: exit code $code"
run "$sample" "$sample"
[ "$code" -eq 2 ] || fail "two files: exit code $code"
run
[ "$code" -eq 0 ] || fail "without arguments: exit code $code"

# --- good files ---
cp "$sample" "$file"
expect_good "the sample"
expect_line "the sample" "packages 32 installed, of 33 described"
expect_line "the sample" "2 libc6, libgcc-s1"
expect_line "the sample" "7 libruby, libruby3.1, rake, ruby, ruby-rubygems, ruby-sdbm, ruby3.1"
expect_line "the sample" "found by the collector 22 -"
expect_line "the sample" "leaked 0 22"
expect_line "the sample" "ns a text to the build: each is hashed, and looked up"

package a 'Depends: b' >"$file"
package b >>"$file"
expect_good "no cycle"
expect_line "no cycle" "leaked 0 0"

package a 'Depends: a' >"$file"
expect_good "a package that needs itself"
expect_line "a package that needs itself" "1 a (needs itself)"
expect_line "a package that needs itself" "found by the collector 1 -"

package a 'Provides: v (= 2), w' 'Depends: b' >"$file"
package b 'Pre-Depends: v' >>"$file"
expect_good "a cycle through a virtual package"
expect_line "a cycle through a virtual package" "2 a, b"

package a 'Depends: b:any (>= 1), c | b , gone:amd64 (<<2) | also-gone,' >"$file"
package b 'pre-depends:\n  a\n  (= 1:1-1+b1~rc) ,a' >>"$file"
expect_good "alternatives, continuation lines, architectures"
expect_line "alternatives, continuation lines, architectures" "dependencies 5 1 of them not met"
expect_line "alternatives, continuation lines, architectures" "edges 4"

package a 'Depends: b, b (>= 1), b (<< 2)' >"$file"
package b 'Depends: a, a (= 1)' >>"$file"
expect_good "several edges between the same two"
expect_line "several edges between the same two" "edges 5"
expect_line "several edges between the same two" "found by the collector 2 -"

package a 'Depends: b' >"$file"
package b 'Depends: a' | sed 's/amd64/i386/' >>"$file"
package a | sed 's/amd64/i386/' >>"$file"
expect_good "one package of two architectures"
expect_line "one package of two architectures" "packages 3"
expect_line "one package of two architectures" "none"

package a | awk 'NF { printf "%s\r\n", $0 }' >"$file"
expect_good "line ends of Windows, no empty line at the end"

package a 'Description: caf\0351 in Latin-1' 'Maintainer: \0303\0251' >"$file"
expect_good "fields that the program does not read, in any encoding"

for version in 1 2; do
  printf 'Package: a\nVersion: %s\nArchitecture: all\n\n' "$version"
done >"$file"
expect_good "a list of apt, with two versions of a package"
expect_line "a list of apt, with two versions of a package" "packages 2"

# --- missing ---
run "$work/missing"
[ "$code" -eq 2 ] || fail "a missing file: exit code $code"
grep -qF "$work/missing: cannot be read: No such file" "$work/err" || fail "a missing file: unclear message"
run "$work"
[ "$code" -eq 2 ] || fail "a directory: exit code $code"
grep -qF "$work: cannot be read: it is a directory" "$work/err" || fail "a directory: unclear message"

# --- malformed ---
: >"$file"
expect_bad "an empty file" 1 "no installed package"
printf '\n\n \n' >"$file"
expect_bad "empty lines alone" 1 "no installed package"
package a | sed 's/install ok installed/deinstall ok config-files/' >"$file"
expect_bad "removed packages alone" 1 "no installed package"

package a 'Section libs' >"$file"
expect_bad "a line without a colon" 5 "a line without a colon: 'Section libs'"
package a 'My Section: libs' >"$file"
expect_bad "a field name of two words" 5 "a field name must be one word"
package a ': libs' >"$file"
expect_bad "a line without a field name" 5 "a field name must be one word"
printf '\n continued\n' >"$file"
expect_bad "a continuation of nothing" 2 "a continuation line without a field"
package a 'Version: 2' >"$file"
expect_bad "a field twice" 5 "a second Version in one stanza; the first is in line 3"

package a >"$file"
package b | grep -v Package >>"$file"
expect_bad "a stanza without Package" 6 "the stanza has no Package"
package a | grep -v Version >"$file"
expect_bad "a stanza without Version" 1 "the stanza has no Version"
package a | grep -v Architecture >"$file"
expect_bad "a stanza without Architecture" 1 "the stanza has no Architecture"
package 'a b' >"$file"
expect_bad "a name of two words" 1 "Package must be one word of ASCII"
package 'a/b' >"$file"
expect_bad "a name that is none" 1 "'a/b' is no package name"
package a | sed 's/install ok installed/installed/' >"$file"
expect_bad "a Status of one word" 2 "Status must be three words"
package a | sed 's/ok installed/ok broken/' >"$file"
expect_bad "an unknown state" 2 "a state that dpkg does not have: 'broken'"

package a 'Depends: b (>= 1' >"$file"
expect_bad "an open parenthesis" 5 "the version constraint of 'b' has no closing parenthesis"
package a 'Depends: b (>= 1, c' >"$file"
expect_bad "an open parenthesis before a comma" 5 "the version constraint of 'b' has no closing parenthesis"
package a 'Depends: b (>= )' >"$file"
expect_bad "a constraint without a version" 5 "no version in the constraint of 'b'"
package a 'Depends: b (=> 1)' >"$file"
expect_bad "no comparison" 5 "'=>' in the version constraint of 'b' is no comparison"
package a 'Depends: b )' >"$file"
expect_bad "a parenthesis that closes nothing" 5 "')' where a comma was expected"
package a 'Depends: b,\n c,\n d (>= 1) e' >"$file"
expect_bad "the third line of a field" 7 "'e' where a comma was expected"
package a 'Depends: b | | c' >"$file"
expect_bad "an empty alternative" 5 "a package name was expected"
package a 'Depends: b: (>= 1)' >"$file"
expect_bad "an empty architecture" 5 "no architecture behind 'b:'"
package a 'Provides: b | c' >"$file"
expect_bad "alternatives that are provided" 5 "Provides holds alternatives"

package a >"$file"
package a >>"$file"
expect_bad "a package twice" 6 "package 'a:amd64' is described twice; first in line 1"
package a 'Description: \0000' >"$file"
expect_bad "a NUL byte" 5 "a NUL byte"
printf 'Package: a\nVersion: 1\351\nArchitecture: all\n' >"$file"
expect_bad "a version that is not ASCII" 2 "Version must be one word of ASCII"
package a | tr '\n' ' ' >"$file"
expect_bad "all on one line" 1 "Package must be one word"
printf '\377\376P\000a\000c\000k\000' >"$file"
expect_bad "UTF-16" 1 "a NUL byte"

if [ "$failures" -ne 0 ]; then
  echo "$failures failed" >&2
  exit 1
fi
echo "all passed"
