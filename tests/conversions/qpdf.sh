# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# PDF files: objects that refer to each other in cycles, which a document breaks when it ends.
source=qpdf
needs="libjpeg-dev zlib1g-dev perl"

# Several files of the library at once are compiled as one, but for those that define the same as others.
configure() {
  apart=$(cd libqpdf && grep -l 'bits_functions\|qpdf/assert_\|-c_impl' -- *.cc | tr '\n' ' ')
  echo "set_source_files_properties($apart PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)" >>libqpdf/CMakeLists.txt
  echo "set_target_properties(libqpdf_object PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)" >>libqpdf/CMakeLists.txt
  sed -i 's/CMAKE_CXX_STANDARD 17/CMAKE_CXX_STANDARD 20/' CMakeLists.txt
  cmake -G Ninja -S . -B made -D CMAKE_CXX_COMPILER=g++ -D CMAKE_CXX_FLAGS="$flags" -D CMAKE_BUILD_TYPE=None \
    -D CMAKE_EXE_LINKER_FLAGS=-Wl,--export-dynamic -D BUILD_STATIC_LIBS=OFF -D USE_IMPLICIT_CRYPTO=OFF \
    -D REQUIRE_CRYPTO_NATIVE=ON -D SHOW_FAILED_TEST_OUTPUT=ON -D QTEST_COLOR=OFF -D BUILD_DOC=OFF
}

compile() { cmake --build made --parallel 1 --target qpdf/all; }

# A part of its tests: all take half an hour.
check() {
  TESTS="name-number-trees object-copying outlines page-api" ctest --test-dir made -R '^qpdf$' --output-on-failure --verbose
}

tests_passed() { grep -c '\.\.\. PASSED' "$1" || true; }

# Reads the larger documents of its tests, and writes them anew.
workload() {
  find qpdf/qtest/qpdf -name '*.pdf' -size +100k ${RUNNER:+-size -300k} | sort | while read -r each; do
    ${RUNNER:-} made/qpdf/qpdf --json "$each" || true
    ${RUNNER:-} made/qpdf/qpdf --qdf --deterministic-id "$each" - || true
  done 2>&1 | md5sum
}
