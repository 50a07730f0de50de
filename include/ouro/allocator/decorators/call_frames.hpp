#pragma once
/// \file
/// The calls that are under way, where the platform tells.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#if OURO_HAS_BACKTRACE
#include <cxxabi.h>
#include <execinfo.h>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Return addresses, innermost first, from that of the function that calls this on: at most `wanted`, and 64. None
/// where the platform does not tell. \throws std::bad_alloc
/// A template, so that programs that do not trace do not compile it, as what follows.
template <class Frames = std::vector<const void*>>
[[nodiscard]] OURO_NOINLINE Frames call_frames([[maybe_unused]] std::size_t wanted) {
#if OURO_HAS_BACKTRACE
  constexpr std::size_t most = 64;
  constexpr std::size_t own = 2;  // the addresses in this function, and in the one that calls it
  if (wanted == 0) return {};
  void* frames[most + own];
  const int found = ::backtrace(frames, static_cast<int>(own + (wanted < most ? wanted : most)));
  if (found <= static_cast<int>(own)) return {};
  return Frames(frames + own, frames + found);
#else
  return {};
#endif
}

/// What is given back to `std::free`.
template <class T>
struct malloced {
  explicit malloced(T* given) noexcept : at{given} {}
  malloced(const malloced&) = delete;
  malloced& operator=(const malloced&) = delete;
  ~malloced() { std::free(static_cast<void*>(at)); }

  T* at;
};

/// The function that a return address lies in, where its program exports it; else the address. \throws std::bad_alloc
template <class Text = std::string>
[[nodiscard]] Text name_of_frame(const void* frame) {
#if OURO_HAS_BACKTRACE
  void* const one[] = {const_cast<void*>(frame)};
  const malloced<char*> lines{::backtrace_symbols(one, 1)};
  if (lines.at != nullptr) {
    // "program(mangled+0x1f) [0x55…]"
    const std::string_view line{*lines.at};
    const std::size_t begin = line.find('(');
    const std::size_t end = line.find_first_of("+)", begin);
    if (begin != std::string_view::npos && end > begin + 1) {
      const Text mangled{line.substr(begin + 1, end - begin - 1)};
      const malloced<char> clear{abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, nullptr)};
      return clear.at != nullptr ? Text{clear.at} : mangled;
    }
  }
#endif
  char text[2 * sizeof frame + 3];
  std::snprintf(text, sizeof text, "%p", frame);
  return text;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
