#!/bin/sh
# The packages: made, installed, and used by each example, copied alone out of the tree. Conan and the newest and the oldest CMake
# come from PyPI, into a virtual environment; vcpkg is stood in for (run_port.cmake).
# usage: sh tests/packaging/run.sh
set -eu
cd "$(dirname "$0")/../.."
. cmake/setup.sh
need_to_build
need python3 python3
need git git
need dpkg-deb dpkg
need pkg-config pkgconf
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
install_needed

source=$PWD
here=$source/tests/packaging
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '%s\n' "--- $*"; }
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }
}

# build_all FOLDER: what was configured there, two at a time.
build_all() {
  quietly sh -c 'printf "%s\n" "$1"/* | xargs -n 1 -P 2 cmake --build' build "$1"
}

# One way of finding the library builds all examples. The other ways build two, since all examples look for it by the same lines.
all_examples=$(for example in examples/*/CMakeLists.txt; do printf "%s " "$(basename "$(dirname "$example")")"; done)
some_examples="01_ref_counting threads"

# use_in_examples NAME EXAMPLES [SETTING ...]: builds the examples, each copied to a folder of its own, and runs the first one.
use_in_examples() {
  name=$1
  examples=$2
  shift 2
  for example in $examples; do
    mkdir -p "$work/examples-$name"
    cp -r "examples/$example" "$work/examples-$name/"
    quietly cmake -G Ninja -S "$work/examples-$name/$example" -B "$work/build-$name/$example" "$@"
  done
  build_all "$work/build-$name"
  quietly "$work/build-$name/01_ref_counting/01_ref_counting"
  echo "by $name: $examples"
}
debug="-DCMAKE_BUILD_TYPE=Debug"

# has_debugger_files PREFIX: what debuggers read is there, and the script for a program assembles.
has_debugger_files() {
  for file in gdb/ouro_gdb.py gdb/ouro_gdb_parts/program.py lldb/ouro_lldb.py lldb/ouro_lldb_parts/program.py natvis/ouro.natvis; do
    cmp "$source/packaging/debuggers/$(echo "$file" | sed 's,natvis/,,')" "$1/share/ouro/$file"
  done
  quietly "${CXX:-g++}" -c "$1/share/ouro/gdb/ouro_gdb_script.cpp" -o "$work/gdb_script.o"
}

step "archive of the release"
version=$(sed -n 's/#define OURO_VERSION_[A-Z]* //p' include/ouro/config.hpp | paste -sd.)
archive=$work/ouro-$version.tar.gz
git archive --format=tar.gz --prefix="ouro-$version/" -o "$archive" HEAD
mkdir "$work/released"
tar xzf "$archive" -C "$work/released" --strip-components 1
cp -r packaging "$work/released/"
release() {
  python3 "$work/released/packaging/release.py" "$archive" --repository owner/ouro --url "file://$archive"
}
if release 2>"$work/log"; then
  echo "released without a date in the list of changes"
  exit 1
fi
grep -q "CHANGELOG.md does not say when $version came out" "$work/log"
sed -i "s/^## $version .*/## $version (2026-01-01)/" "$work/released/CHANGELOG.md"
release

step "installed"
quietly cmake -S "$source" -B "$work/ouro" -DOURO_BUILD_TESTS=OFF -DOURO_BUILD_EXAMPLES=OFF
quietly cmake --install "$work/ouro" --prefix "$work/prefix"
has_debugger_files "$work/prefix"
use_in_examples installed "$all_examples" "$debug" "-DCMAKE_PREFIX_PATH=$work/prefix"

step "FetchContent"
for example in $some_examples; do
  mkdir -p "$work/fetching/$example"
  cp -r "examples/$example" "$work/fetching/$example/example"
  cp "$here/fetch_content.cmake" "$work/fetching/$example/CMakeLists.txt"
  quietly cmake -G Ninja -S "$work/fetching/$example" -B "$work/fetched/$example" "$debug" "-DOURO_SOURCE=$source"
done
build_all "$work/fetched"
quietly "$work/fetched/01_ref_counting/example/01_ref_counting"
quietly cmake --install "$work/fetched/01_ref_counting" --prefix "$work/leaked"
[ ! -e "$work/leaked/include" ] || { echo "a fetched library installs itself with its host"; exit 1; }
echo "by FetchContent: $some_examples"

step "CPM"
git clone -q "$source" "$work/repository"
git -C "$work/repository" tag "v$version"
mkdir "$work/adding"
cp -r examples/01_ref_counting "$work/adding/example"
cp "$here/cpm.cmake" "$work/adding/CMakeLists.txt"
quietly cmake -G Ninja -S "$work/adding" -B "$work/added" "$debug" "-DOURO_VERSION=$version" "-DOURO_REPOSITORY=file://$work/repository"
quietly cmake --build "$work/added"
quietly "$work/added/example/01_ref_counting"
quietly cmake --install "$work/added" --prefix "$work/leaked"
[ ! -e "$work/leaked/include" ] || { echo "a library that CPM adds installs itself with its host"; exit 1; }
echo "an example, by CPM from a repository with the tag of the version"

step "CPack"
quietly cpack --config "$work/ouro/CPackConfig.cmake" -G DEB -B "$work/packages"
quietly cpack --config "$work/ouro/CPackConfig.cmake" -G TGZ -B "$work/packages"
deb=$(echo "$work"/packages/*.deb)
[ "$(dpkg-deb -f "$deb" Architecture)" = all ] || { echo "the package is not for all architectures"; exit 1; }
dpkg-deb -x "$deb" "$work/deb"
mkdir "$work/tgz"
tar xzf "$work"/packages/*.tar.gz -C "$work/tgz" --strip-components 1
for unpacked in deb/usr tgz; do
  has_debugger_files "$work/$unpacked"
  quietly cmake -G Ninja -S tests/consumer -B "$work/consumer-of-$unpacked" "-DCMAKE_PREFIX_PATH=$work/$unpacked"
  quietly cmake --build "$work/consumer-of-$unpacked"
  quietly "$work/consumer-of-$unpacked/consumer"
done
echo "DEB and TGZ: unpacked, found and used"

step "vcpkg's port"
quietly cmake "-DPORT_DIR=$work/released/packaging/vcpkg/ouro" "-DARCHIVE=$archive" "-DOUT=$work/vcpkg" -P "$here/run_port.cmake"
has_debugger_files "$work/vcpkg/pkg"
use_in_examples vcpkg "$some_examples" "$debug" "-DCMAKE_PREFIX_PATH=$work/vcpkg/pkg"

step "Conan"
python3 -m venv "$work/venv"
quietly "$work/venv/bin/pip" install conan
export CONAN_HOME="$work/conan"
conan=$work/venv/bin/conan
cd "$work/released"  # it writes beside the recipe
recipe=packaging/conan/recipes/ouro/all
quietly "$conan" profile detect
quietly "$conan" remote disable conancenter
for build_type in Release Debug; do
  "$conan" create . -s compiler.cppstd=20 -s build_type=$build_type --no-remote -tf "$recipe/test_package" \
    --format=json >"$work/$build_type.json" 2>"$work/log" || { cat "$work/log"; exit 1; }
  grep -o '"package_id": "[0-9a-f]*"' "$work/$build_type.json" | sort -u >"$work/$build_type.id"
done
cmp "$work/Release.id" "$work/Debug.id"
package=$(find "$CONAN_HOME" -type d -path '*/p/share' | head -n 1)
has_debugger_files "${package%/share}"
[ -z "$(find "$package" -name '*.cmake' -o -name '*.pc')" ] || { echo "Conan's package has package files of CMake's"; exit 1; }
[ "$(wc -l <"$work/Debug.id")" = 1 ] || { echo "packages differ by build type"; exit 1; }
if "$conan" create . -s compiler.cppstd=17 --no-remote >"$work/log" 2>&1; then
  echo "C++17 was accepted"
  exit 1
fi
grep -q "(17) is lower than the required C++ standard (20)" "$work/log" || { cat "$work/log"; exit 1; }
quietly "$conan" install --requires="ouro/$version" -s compiler.cppstd=20 -s build_type=Debug --no-remote \
  -g CMakeDeps -g CMakeToolchain -g PkgConfigDeps --output-folder="$work/deps"
use_in_examples Conan "$some_examples" "$debug" "-DCMAKE_TOOLCHAIN_FILE=$work/deps/conan_toolchain.cmake"
# shellcheck disable=SC2046 # flags are words
quietly "${CXX:-g++}" -std=c++20 $(PKG_CONFIG_PATH=$work/deps pkg-config --cflags ouro) tests/consumer/main.cpp -o "$work/by_pc"
quietly "$work/by_pc"

step "Conan's index of this folder, as conan-center would have it"
quietly "$conan" remove "ouro/*" -c
quietly "$conan" remote add index "$work/released/packaging/conan" --type=local-recipes-index
quietly "$conan" install --requires="ouro/$version" -r index -s compiler.cppstd=20 --build=missing --output-folder="$work/indexed"
quietly "$conan" test "$recipe/test_package" "ouro/$version" -s compiler.cppstd=20
echo "installed from the index, from the release's archive"

step "the oldest and the newest CMake"
cd "$source"
for wanted in "cmake==3.23.*" cmake; do
  python3 -m venv "$work/$wanted"
  quietly "$work/$wanted/bin/pip" install "$wanted"
  "$work/$wanted/bin/cmake" --version | head -n 1
  PATH="$work/$wanted/bin:$PATH" sh tests/consumer/run.sh "$source" "${CXX:-g++}"
done

step "the module"
need clang++-19 clang-19
need clang-scan-deps-19 clang-tools-19
install_needed
quietly "$work/cmake/bin/cmake" -G Ninja -S tests/packaging/module -B "$work/module" "-DOURO_SOURCE=$source" \
  -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_CXX_COMPILER_CLANG_SCAN_DEPS=/usr/bin/clang-scan-deps-19 "$debug"
quietly "$work/cmake/bin/cmake" --build "$work/module"
quietly "$work/module/importing"
echo "import ouro: builds and runs"
