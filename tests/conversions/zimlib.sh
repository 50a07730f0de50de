# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# Archives of web pages. Threads write them; readers share parts of files in a cache.
source=zimlib
needs="meson liblzma-dev libzstd-dev libicu-dev libgtest-dev"

configure() {
  CXX=g++ CXXFLAGS="$flags" LDFLAGS=-Wl,--export-dynamic meson setup made --buildtype=plain -Dcpp_std=c++20 \
    -Dtest_data_dir=none -Dexamples=false -Dwith_xapian=false
}

compile() { ninja -C made -j1; }

# The tests of 4 GiB of memory are left out, as Debian does. A task that is never destroyed would be waited for without end.
check() {
  for each in made/test/*; do
    [ ! -f "$each" ] || SKIP_BIG_MEMORY_TEST=1 timeout 100 "$each" || echo "$each: $?"
  done
}

tests_passed() { sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$1" | awk '{ sum += $1 } END { print sum + 0 }'; }

workload() {
  for each in creator archive iterator cluster dirent_lookup; do
    SKIP_BIG_MEMORY_TEST=1 timeout 300 ${RUNNER:-} "made/test/$each" | grep PASSED || echo "$each: failed"
  done
}
