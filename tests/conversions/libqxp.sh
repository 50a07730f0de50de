# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# Documents of QuarkXPress: trees of shapes and texts, read and drawn.
source=libqxp
needs="librevenge-dev libboost-dev libicu-dev libcppunit-dev"

configure() {
  CXX=g++ CXXFLAGS="-std=c++20 $flags" LDFLAGS=-Wl,--export-dynamic ./configure --disable-shared --enable-static \
    --without-docs --disable-werror --disable-dependency-tracking
}

compile() { make -j1 && make -j1 check TESTS=; }

check() { make check; }

tests_passed() { sed -n 's/^# PASS: *//p' "$1"; }

workload() {
  for each in src/test/data/*.qxd src/test/data/qxp*mac*; do
    ${RUNNER:-} src/conv/svg/qxp2svg "$each" || echo "$each: $?"
    ${RUNNER:-} src/conv/text/qxp2text "$each" || echo "$each: $?"
    ${RUNNER:-} src/conv/raw/qxp2raw "$each" || echo "$each: $?"
  done | md5sum
}
