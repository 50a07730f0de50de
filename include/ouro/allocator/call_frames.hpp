#pragma once
/// \file
/// The calls that are under way, where the platform tells.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#if OURO_HAS_BACKTRACE
#include <cxxabi.h>
#include <execinfo.h>
#endif

namespace ouro::detail {

/// Return addresses, innermost first, from that of the function that calls this on: at most `wanted`, and 64. None
/// where the platform does not tell. \throws std::bad_alloc
[[nodiscard]] OURO_NOINLINE inline std::vector<const void*> call_frames([[maybe_unused]] std::size_t wanted) {
#if OURO_HAS_BACKTRACE
  constexpr std::size_t most = 64;
  constexpr std::size_t own = 2;  // the addresses in this function, and in the one that calls it
  if (wanted == 0) return {};
  void* frames[most + own];
  const int found = ::backtrace(frames, static_cast<int>(own + (wanted < most ? wanted : most)));
  if (found <= static_cast<int>(own)) return {};
  return std::vector<const void*>(frames + own, frames + found);
#else
  return {};
#endif
}

/// The function that a return address lies in, where its program exports it; else the address. \throws std::bad_alloc
[[nodiscard]] inline std::string name_of_frame(const void* frame) {
#if OURO_HAS_BACKTRACE
  void* const one[] = {const_cast<void*>(frame)};
  const std::unique_ptr<char*, void (*)(void*)> lines{::backtrace_symbols(one, 1), &std::free};
  if (lines != nullptr) {
    // "program(mangled+0x1f) [0x55…]"
    const std::string_view line{*lines};
    const std::size_t begin = line.find('(');
    const std::size_t end = line.find_first_of("+)", begin);
    if (begin != std::string_view::npos && end != std::string_view::npos && end > begin + 1) {
      const std::string mangled{line.substr(begin + 1, end - begin - 1)};
      int failed = 0;
      const std::unique_ptr<char, void (*)(void*)> clear{
          abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &failed), &std::free};
      return failed == 0 && clear != nullptr ? std::string{clear.get()} : mangled;
    }
  }
#endif
  char text[2 * sizeof frame + 3];
  std::snprintf(text, sizeof text, "%p", frame);
  return text;
}

}  // namespace ouro::detail
