#pragma once
/// \file
/// What the program is compiled with, and what its system has: macros that are 0 or 1.

#include <version>

#if defined(__cpp_exceptions)
#define OURO_HAS_EXCEPTIONS 1
#define OURO_TRY try
#define OURO_CATCH_ALL catch (...)
#define OURO_RETHROW throw
#else
#define OURO_HAS_EXCEPTIONS 0
#define OURO_TRY if constexpr (true)
#define OURO_CATCH_ALL else
#define OURO_RETHROW static_cast<void>(0)
#endif

#if defined(__cpp_rtti) || defined(__GXX_RTTI) || defined(_CPPRTTI)
#define OURO_HAS_RTTI 1
#else
#define OURO_HAS_RTTI 0
#endif

/// Whether there is `std::get_deleter`, which libc++ has with RTTI alone.
#if defined(_LIBCPP_VERSION) && !OURO_HAS_RTTI
#define OURO_HAS_GET_DELETER 0
#else
#define OURO_HAS_GET_DELETER 1
#endif

/// Whether classes are seen through by the reflection of C++26 (trace/reflection.hpp). A program may define it as 0.
/// What the library takes for a leaf, and which functions see into a class, depends on it. So object files with and
/// without it do not link. A program and its shared objects may differ: each module's records suit the code that makes
/// them.
#ifndef OURO_HAS_REFLECTION
#if defined(__cpp_impl_reflection) && __has_include(<meta>)
#define OURO_HAS_REFLECTION 1
#else
#define OURO_HAS_REFLECTION 0
#endif
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_HAS_ASAN 1
#endif
#endif
#if !defined(OURO_HAS_ASAN) && defined(__SANITIZE_ADDRESS__)
#define OURO_HAS_ASAN 1
#endif
#if !defined(OURO_HAS_ASAN)
#define OURO_HAS_ASAN 0
#endif

/// The debugging tool that is informed of the pools' memory (track.hpp). 0: none. 1: AddressSanitizer. If the program
/// defines OURO_TRACK_ASAN, OURO_TRACK_VALGRIND or OURO_TRACK_HEAPTRACK, 2: AddressSanitizer with red zones and
/// quarantine, 3: Memcheck, 4: heaptrack. Object files with different tools do not link.
#if OURO_HAS_ASAN && defined(OURO_TRACK_ASAN)
#define OURO_TRACK 2
#elif OURO_HAS_ASAN
#define OURO_TRACK 1
#elif defined(OURO_TRACK_VALGRIND)
#define OURO_TRACK 3
#elif defined(OURO_TRACK_HEAPTRACK)
#define OURO_TRACK 4
#else
#define OURO_TRACK 0
#endif
#define OURO_HAS_VALGRIND (OURO_TRACK == 3)
#define OURO_HAS_HEAPTRACK (OURO_TRACK == 4)
#if OURO_HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#elif OURO_HAS_VALGRIND
#include <valgrind/memcheck.h>
#elif OURO_HAS_HEAPTRACK
#include <heaptrack_api.h>
#endif

/// Whether the memory of the program is one piece that only grows, as a WebAssembly module has it; and whether a
/// program can ask how far its stack has grown.
#if defined(__wasm__)
#define OURO_HAS_LINEAR_MEMORY 1
#define OURO_HAS_STACK_POINTER 0
#include <unistd.h>
#else
#define OURO_HAS_LINEAR_MEMORY 0
#define OURO_HAS_STACK_POINTER 1
#endif

#if !OURO_HAS_LINEAR_MEMORY && __has_include(<sys/mman.h>)
#define OURO_HAS_MMAP 1
#include <sys/mman.h>
#else
#define OURO_HAS_MMAP 0
#endif

#if defined(MADV_HUGEPAGE)
#define OURO_HAS_HUGE_PAGES 1
#else
#define OURO_HAS_HUGE_PAGES 0
#endif

#if !OURO_HAS_LINEAR_MEMORY && __has_include(<execinfo.h>) && __has_include(<cxxabi.h>)
#define OURO_HAS_BACKTRACE 1
#else
#define OURO_HAS_BACKTRACE 0
#endif

#if __has_include(<unistd.h>)
#define OURO_HAS_CLOCK_GETTIME 1
#else
#define OURO_HAS_CLOCK_GETTIME 0
#endif

/// Whether there are `fork` and `pthread_atfork`.
#if !defined(_WIN32) && !OURO_HAS_LINEAR_MEMORY && __has_include(<pthread.h>) && __has_include(<sched.h>)
#define OURO_HAS_FORK 1
#include <pthread.h>
#include <sched.h>
#else
#define OURO_HAS_FORK 0
#endif

/// Whether a program can ask for its shared objects, and for the notes in them.
#if defined(__ELF__) && __has_include(<link.h>) && __has_include(<dlfcn.h>)
#define OURO_HAS_LOADER 1
#else
#define OURO_HAS_LOADER 0
#endif

/// Whether this code may be linked into a shared object, which may be unloaded. The code of a program must not refer to
/// `dlopen`, since linkers warn of it in static programs.
#if OURO_HAS_LOADER && defined(__PIC__) && !defined(__PIE__)
#define OURO_HAS_UNLOADING 1
#include <dlfcn.h>
#pragma weak dlopen
#else
#define OURO_HAS_UNLOADING 0
#endif
