# shellcheck shell=sh
# Sourced by run.sh: the headers for Microsoft's ABI, without Microsoft's library, which cannot be had here.
#
# compile_for_msvc FOLDER: compiles one program with clang in its Microsoft mode, for x86-64 and AArch64, with libc++ and the
# Windows headers of mingw-w64, all of which come with zig; then once more, for its errors alone, with the words of
# Microsoft's compiler: as if clang were not clang, behind the headers of libraries. Nothing is linked.
compile_for_msvc() {
  lib=$(build/zig/bin/python -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "lib"))')
  {
    # The header of mingw-w64 and Microsoft's intrin.h, as clang has it, declare this function differently.
    printf '#define _setjmp setjmp_of_mingw\n#include <setjmp.h>\n#undef _setjmp\n#include <intrin.h>\n'
    find include -name '*.hpp' -exec cat {} + | cat - tests/portability/behaviour.cpp |
      grep -oE '^#include <[a-z_]+>' | grep -v intrin | sort -u |
      sed 's/^#include \(.*\)$/#if __has_include(\1)\n#include \1\n#endif/'
    echo '#undef __clang__'
  } >"$1/before.hpp"
  for architecture in x86_64 aarch64; do
    as_msvc "$lib" "$architecture" -c -O1 -o "$1/behaviour.obj"
    as_msvc "$lib" "$architecture" -fsyntax-only -include "$1/before.hpp"
  done
}

# as_msvc LIB ARCHITECTURE FLAG ...
as_msvc() {
  lib=$1
  architecture=$2
  shift 2
  # GNU's version is for the headers of mingw-w64. The settings are those that libc++ has when zig compiles it.
  build/zig/bin/python -m ziglang clang --target="$architecture-pc-windows-msvc" -std=c++20 -Wall -Wextra -Werror \
    -fms-compatibility -fms-extensions -fms-compatibility-version=19.40 -fgnuc-version=4.2.1 \
    -D_UCRT -D__MSVCRT_VERSION__=0xE00 -D_strtold_l=_strtod_l \
    -D_LIBCPP_NO_VCRUNTIME -D_LIBCPP_ABI_VERSION=1 -D_LIBCPP_ABI_NAMESPACE=__1 -D_LIBCPP_HAS_THREADS=1 \
    -D_LIBCPP_HAS_MONOTONIC_CLOCK=1 -D_LIBCPP_HAS_TERMINAL=1 -D_LIBCPP_HAS_LOCALIZATION=1 -D_LIBCPP_HAS_FILESYSTEM=1 \
    -D_LIBCPP_HAS_WIDE_CHARACTERS=1 -D_LIBCPP_HAS_UNICODE=1 -D_LIBCPP_HAS_RANDOM_DEVICE=1 -D_LIBCPP_HAS_MUSL_LIBC=0 \
    -D_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS=0 -D_LIBCPP_HAS_NO_STD_MODULES -D_LIBCPP_PSTL_BACKEND_SERIAL \
    -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_NONE \
    -D_LIBCPP_ASSERTION_SEMANTIC_DEFAULT=_LIBCPP_ASSERTION_SEMANTIC_IGNORE \
    -nostdinc -isystem "$lib/libcxx/include" -isystem "$lib/include" -isystem "$lib/libc/include/any-windows-any" \
    -Iinclude "$@" tests/portability/behaviour.cpp
}
