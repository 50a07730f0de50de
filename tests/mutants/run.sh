#!/bin/sh
# Changes the library in one place at a time, and lists the changes that no test notices: see run.py, which takes the arguments.
# 600 mutants take about an hour on two cores.
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
need_to_test
need "/usr/share/doc/python3-clang-19" "python3-clang-19"
install_needed
exec python3 tests/mutants/run.py "$@"
