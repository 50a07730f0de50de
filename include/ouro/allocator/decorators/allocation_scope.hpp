#pragma once
/// \file
/// Names the part of a program that allocates, for the allocators that report where blocks come from.

#include <ouro/config.hpp>

#include <cstdint>
#include <source_location>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A place in a program that makes objects.
struct allocation_site {
  std::string_view name;  ///< the scope's, or empty
  const char* file = "";
  std::uint32_t line = 0;  ///< 0: no place
};

/// While it lives, what the thread allocates is said to come from here. Scopes nest, as calls do:
/// `const ouro::allocation_scope here{"parse"};`. The name must outlive all reports: a literal. A few instructions,
/// whether anybody traces or not.
class allocation_scope {
 public:
  explicit allocation_scope(std::string_view name = {},
                            std::source_location here = std::source_location::current()) noexcept;
  allocation_scope(const allocation_scope&) = delete;
  allocation_scope& operator=(const allocation_scope&) = delete;
  ~allocation_scope();

  /// The innermost scope of the calling thread, or null.
  [[nodiscard]] static const allocation_scope* innermost() noexcept;

  [[nodiscard]] const allocation_scope* outer() const noexcept { return outer_; }
  [[nodiscard]] const allocation_site& site() const noexcept { return site_; }

 private:
  allocation_site site_;
  const allocation_scope* outer_;  ///< restored at the end
};

namespace detail {

OURO_SHARED_STATE inline constinit thread_local const allocation_scope* innermost_scope = nullptr;

}  // namespace detail

inline allocation_scope::allocation_scope(std::string_view name, std::source_location here) noexcept
    : site_{name, here.file_name(), here.line()}, outer_{detail::innermost_scope} {
  detail::innermost_scope = this;
}

inline allocation_scope::~allocation_scope() { detail::innermost_scope = outer_; }

inline const allocation_scope* allocation_scope::innermost() noexcept { return detail::innermost_scope; }

}  // namespace ouro

#include <ouro/macros/restore.hpp>
