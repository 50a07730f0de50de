# shellcheck shell=sh
# Sourced by the run.sh scripts: puts on the machine what is missing for them.
#
# need COMMAND-OR-FILE PACKAGE: notes the Debian package unless the command is on the PATH, or the file exists.
# install_needed: installs what was noted, on Debian and Ubuntu; elsewhere says what is missing and stops. A user other than root
# must ask for it, by `--install` among the script's arguments or by OURO_INSTALL_DEPS=1; CI does. Scripts that run at the same
# time wait for each other: apt-get itself does not wait to update its lists.

missing=

# The switch is taken out of the arguments of the script, and handed on to the scripts that it runs.
for argument; do
  shift
  case $argument in
    --install) export OURO_INSTALL_DEPS=1 ;;
    *) set -- "$@" "$argument" ;;
  esac
done

need() {
  case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac || missing="$missing $2"
}

install_needed() {
  [ -n "$missing" ] || return 0
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  if ! command -v apt-get >/dev/null 2>&1 || ! command -v ${as_root:-true} >/dev/null 2>&1; then
    echo "Please install what these Debian packages hold:$missing" >&2
    exit 1
  fi
  if [ -n "$as_root" ] && [ "${OURO_INSTALL_DEPS:-}" != 1 ] && [ "${CI:-}" != true ]; then
    echo "These Debian packages are missing:$missing" >&2
    echo "Install them, or run this script with --install or OURO_INSTALL_DEPS=1 to have them installed by sudo." >&2
    exit 1
  fi
  echo "Installing:$missing"
  update_packages
  # shellcheck disable=SC2086 # one word for each package
  $as_root flock /var/lib/apt env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
    install -y -q --no-install-recommends $missing >/dev/null
  missing=
}

update_packages() {
  as_root=
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root flock /var/lib/apt apt-get -o DPkg::Lock::Timeout=600 update -q >/dev/null
}

# What was compiled before is taken from ccache where the machine has that; precompiled headers need the second setting.
if command -v ccache >/dev/null 2>&1; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS=pch_defines,time_macros
fi

# The compiler is g++, or what CXX names; Debian calls its packages as it calls the programs, but for clang++.
need_to_build() {
  compiler=${CXX:-g++}
  case $compiler in
    clang++-*)
      version=${compiler#clang++-}
      need "$compiler" "clang-$version"
      need "/usr/lib/llvm-$version/lib/clang/$version/lib/linux" "libclang-rt-$version-dev"
      ;;
    clang++) need clang++ clang ;;
    *) need "$compiler" "$compiler" ;;
  esac
  need cmake cmake
  need ninja ninja-build
}

need_to_test() {
  need_to_build
  need /usr/include/doctest/doctest.h doctest-dev
  need python3 python3
  need pkg-config pkgconf
  need valgrind valgrind
  need heaptrack heaptrack
  need spin spin
  need gdb gdb
  need xmllint libxml2-utils
  # LLDB comes with little more than what clang has brought, and is asked where clang is.
  case $compiler in
    clang++-*) need "lldb-$version" "lldb-$version" ;;
  esac
}
