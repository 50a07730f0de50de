#pragma once
/// \file
/// The version, the level of checking, and, from the files of the folder config, the features of compiler and platform.
/// Only these files define macros for the rest of the library; other files use the constants in `if constexpr`.

#include <ouro/config/compiler.hpp>
#include <ouro/config/plain_atomics.hpp>
#include <ouro/config/platform.hpp>

#define OURO_VERSION_MAJOR 0
#define OURO_VERSION_MINOR 1
#define OURO_VERSION_PATCH 0

/// How much misuse is detected. 0: none. 1: what takes a few instructions (count underflow, use by a wrong thread,
/// double adopt, an edge reported twice). 2: also validates the library's own data structures. The level changes no
/// layout, but object files of different levels must not be mixed, and do not link.
#ifndef OURO_CHECK_LEVEL
#ifdef NDEBUG
#define OURO_CHECK_LEVEL 0
#else
#define OURO_CHECK_LEVEL 1
#endif
#endif

#define OURO_STRINGIFY_(x) #x
#define OURO_STRINGIFY(x) OURO_STRINGIFY_(x)

#include <ouro/macros/hide.hpp>

/// Defines absolute symbols with the values of the check level, the tool and OURO_HAS_REFLECTION, plus one, since lld
/// treats symbols of value 0 as different. Linkers accept any number of equal definitions and refuse unequal ones
/// ("multiple definition"), so that object files which differ in one of them do not link. The assembly is in a
/// function, since link-time optimisation refuses it elsewhere; with link-time optimisation a mix is not detected.
#if defined(__ELF__)
namespace ouro::detail {
OURO_USED OURO_OWN_CODE inline void name_build() noexcept {  // GCOVR_EXCL_LINE: never called
  __asm__ volatile(  // GCOVR_EXCL_LINE
      ".globl ouro_check_level_differs_between_objects\n"
      ".hidden ouro_check_level_differs_between_objects\n"
      ".set ouro_check_level_differs_between_objects, " OURO_STRINGIFY(OURO_CHECK_LEVEL) " + 1\n"
      ".globl ouro_tracking_tool_differs_between_objects\n"
      ".hidden ouro_tracking_tool_differs_between_objects\n"
      ".set ouro_tracking_tool_differs_between_objects, " OURO_STRINGIFY(OURO_TRACK) " + 1\n"
      ".globl ouro_reflection_differs_between_objects\n"
      ".hidden ouro_reflection_differs_between_objects\n"
      ".set ouro_reflection_differs_between_objects, " OURO_STRINGIFY(OURO_HAS_REFLECTION) " + 1\n");
}
}  // namespace ouro::detail
#elif defined(_MSC_VER)
// Microsoft's linker compares the texts, and refuses objects that were compiled with other settings.
#pragma detect_mismatch("ouro_check_level", OURO_STRINGIFY(OURO_CHECK_LEVEL))
#pragma detect_mismatch("ouro_tracking_tool", OURO_STRINGIFY(OURO_TRACK))
#pragma detect_mismatch("ouro_reflection", OURO_STRINGIFY(OURO_HAS_REFLECTION))
#endif

namespace ouro {

/// Contains the functions that programs call by qualified names, as `ouro::id(p)`. They are not in `ouro` itself, since
/// argument-dependent look-up would find them there: a program with an `id` of its own that calls `id(p)` for an
/// `ouro::ptr` might get this one. Argument-dependent look-up ignores using-directives.
namespace functions {}
using namespace functions;

inline constexpr int version_major = OURO_VERSION_MAJOR;  ///< 0 until names and layouts are stable
inline constexpr int version_minor = OURO_VERSION_MINOR;  ///< while major is 0, increases with breaking changes
inline constexpr int version_patch = OURO_VERSION_PATCH;  ///< increases with changes that do not

/// How much misuse is detected, 0 to 2. \see OURO_CHECK_LEVEL
inline constexpr int check_level = OURO_CHECK_LEVEL;
/// Whether the translation unit is compiled with exceptions.
inline constexpr bool has_exceptions = OURO_HAS_EXCEPTIONS != 0;
/// Whether the translation unit is compiled with RTTI.
inline constexpr bool has_rtti = OURO_HAS_RTTI != 0;
/// Whether the library sees into the classes of this translation unit by reflection.
inline constexpr bool has_reflection = OURO_HAS_REFLECTION != 0;
/// Whether the translation unit is compiled with AddressSanitizer.
inline constexpr bool has_asan = OURO_HAS_ASAN != 0;

namespace detail {

/// Lets other threads run on this processor, in a loop that waits for one of them.
inline void yield_to_others() noexcept {
#if OURO_HAS_FORK
  static_cast<void>(::sched_yield());
#else
  spin_pause();
#endif
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
