#!/bin/sh
# What the command lox answers to its arguments, to missing files, and to lines of its prompt.
# usage: lox_command.sh PROGRAM
set -u

program=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  echo "FAILED: $1" >&2
  sed 's/^/  | /' "$work/out" "$work/err" >&2
  failures=$((failures + 1))
}

# expect CODE ARGUMENT...: the exit code; the standard input is $work/in.
expect() {
  wanted=$1
  shift
  "$program" "$@" <"$work/in" >"$work/out" 2>"$work/err"
  code=$?
  [ "$code" -eq "$wanted" ] || fail "lox $*: exit code $code instead of $wanted"
}

# expect_said FILE TEXT: the last command has printed this line.
expect_said() {
  grep -qxF -- "$2" "$work/$1" || fail "it did not say '$2'"
}

: >"$work/in"
echo 'print 1;' >"$work/one.lox"

# --- arguments ---
for limit in 10abc abc -1 +1 0 "" " 1000000" 0x100000 1e6 18446744073709551616 99999999999999999999; do
  expect 64 --limit "$limit" "$work/one.lox"
  expect_said err "Usage: lox [--stats] [--limit bytes] [path]"
done
expect 64 --limit
expect 64 --unknown
expect 64 "$work/one.lox" "$work/one.lox"
expect 64 "$work"
expect_said err "\"$work\" is a directory."
expect 74 "$work/none.lox"
expect_said err "Could not open file \"$work/none.lox\"."
expect 0 --limit 1000000 "$work/one.lox"
expect_said out 1

# --- the least useful limit, as main.cpp states it ---
expect 0 --limit 163840 "$work/one.lox"
expect_said out 1
expect 70 --limit 65536 "$work/one.lox"
expect_said err "Out of memory."

# --- a line that needs too much memory to be compiled, between two that run ---
{
  echo 'var before = "here";'
  printf 'print "'
  head -c 1000000 /dev/zero | tr '\0' x
  echo '";'
  echo 'print before;'
} >"$work/in"
expect 0 --limit 500000
expect_said err "Out of memory."
[ "$(wc -l <"$work/err")" -eq 1 ] || fail "one line of the prompt fails, and one message tells of it"
grep -qF "here" "$work/out" || fail "the line after it runs"

[ "$failures" -eq 0 ] || exit 1
echo "the command lox: all as expected"
