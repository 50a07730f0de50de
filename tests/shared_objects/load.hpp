#pragma once
/// \file
/// A plugin while it is loaded.

#include "shared_objects/side.hpp"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace ouro::test {

struct plugin {
  void* handle;

  [[nodiscard]] auto entry(const char* name) const {
    return reinterpret_cast<const side* (*)()>(::dlsym(handle, name));
  }

  void unload() const { ::dlclose(handle); }
};

[[nodiscard]] inline plugin load(const char* path, int flags = RTLD_NOW | RTLD_LOCAL) {
  void* const handle = ::dlopen(path, flags);
  if (handle == nullptr) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    std::abort();
  }
  return {handle};
}

/// Whether the code of the plugin is still there.
[[nodiscard]] inline bool is_loaded(const char* path) {
  void* const handle = ::dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

}  // namespace ouro::test
