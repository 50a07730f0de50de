#pragma once
/// \file
/// The managed object of an interned string.

#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/heap/private_heap.hpp>
#include <ouro/intern/intern_hash.hpp>
#include <ouro/intern/intern_table.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/owner_tag.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The characters follow the object in its block:
/// ```
///   header (8) │ hash │ length │ characters … │ NUL
/// ```
template <class Locking>
struct OURO_SHARED_TYPE string_body {
  using refcount = typename Locking::refcount;
  using header_type = header<refcount>;
  using counted = managed_ptr<string_body, refcount, no_collector, pool_allocator>;

  std::size_t hash;
  std::size_t length;

  [[nodiscard]] char* characters() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::string_view view() const noexcept { return {reinterpret_cast<const char*>(this + 1), length}; }

  [[nodiscard]] bool holds(std::string_view wanted) const noexcept {
    return length == wanted.size() && equal_bytes(view(), wanted);
  }

  [[nodiscard]] static std::size_t hash_of(std::string_view characters) noexcept {
    return integer_cast<std::size_t>(hash_bytes(characters.data(), characters.size()));
  }

  /// A new object, which is in no table yet. \throws std::bad_alloc, std::bad_array_new_length
  [[nodiscard]] static counted make(std::string_view characters, std::size_t hash) {
    if (characters.size() >
        static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - front - sizeof(string_body) - 1) {
      throw_bad_array_length();  // GCOVR_EXCL_LINE: clang loses this count
    }
    return pointer_access::take<counted>(write(allocate(block_bytes(characters.size())), characters, hash));
  }

  /// The same for the characters of another string; null when memory is exhausted, without a collection before.
  [[nodiscard]] static string_body* try_copy(const string_body& from) noexcept {
    void* const block = pool_allocator::allocate(block_bytes(from.length), alignof(std::size_t));
    return block == nullptr ? nullptr : write(block, from.view(), from.hash);
  }

 private:
  static constexpr std::size_t front = sizeof(header_type);
  static_assert(front % alignof(std::size_t) == 0);

  [[nodiscard]] static string_body* write(void* block, std::string_view characters, std::size_t hash) {
    const std::uint32_t info = info_.get(record, 0);
    void* const object = static_cast<std::byte*>(block) + front;
    std::uint32_t owner = 0;
    if constexpr (check_level >= 1 && !refcount::is_thread_safe) owner = owner_tag() << info_word::owner_shift;
    ::new (static_cast<void*>(header_type::of(object))) header_type{count_word::one, info | owner};
    auto* const body = ::new (object) string_body{hash, characters.size()};
    if (!characters.empty()) std::memcpy(body->characters(), characters.data(), characters.size());
    body->characters()[characters.size()] = '\0';
    return body;
  }

  [[nodiscard]] static constexpr std::size_t block_bytes(std::size_t length) noexcept {
    return front + sizeof(string_body) + length + 1;
  }

  /// \throws std::bad_alloc
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    const auto try_once = [bytes] {
      const home_of<refcount> home;
      return pool_allocator::allocate(bytes, alignof(std::size_t));
    };
    void* block = try_once();
    if (block == nullptr) block = private_heap::try_after_collection(try_once);
    if (block == nullptr) throw_bad_alloc();
    return block;
  }

  [[nodiscard]] static string_body& body_of(const worklist_entry& at) noexcept {
    return *static_cast<string_body*>(static_cast<header_type*>(at.header)->object());
  }

  static void destroy(const worklist_entry* at, const worklist_entry* last) noexcept {
    using cache = intern_cache<string_body, Locking>;
    cache& here = cache::current();
    const lock_guard lock{here.mutex};
    for (; at != last; ++at) here.table.erase(body_of(*at));
  }

  static void deallocate(const worklist_entry* at, const worklist_entry* last) noexcept {
    for (; at != last; ++at) {
      pool_allocator::deallocate(at->header, bytes(&body_of(*at)), alignof(std::size_t));
    }
  }

  [[nodiscard]] static std::size_t bytes(const void* object) noexcept {
    return block_bytes(static_cast<const string_body*>(object)->length);
  }

  OURO_SHARED_STATE static constexpr type_record record{&destroy,
                                                        &deallocate,
                                                        nullptr,
                                                        nullptr,
                                                        &death<typename Locking::refcount, no_collector>::end,
                                                        &death<typename Locking::refcount, no_collector>::die,
                                                        &bytes,
                                                        nullptr,
                                                        "ouro::interned_string"};

  OURO_SHARED_STATE static inline constinit type_info_word info_{};
};

/// The empty string and the strings of one character: immortal and constant-initialised, so that they can be used
/// before and after `main`.
template <class Locking>
class short_strings {
  using body = string_body<Locking>;
  using counted = typename body::counted;

 public:
  /// \pre at most one character
  [[nodiscard]] static counted get(std::string_view characters) noexcept {
    const std::size_t index = characters.empty() ? 256 : static_cast<unsigned char>(characters[0]);
    return pointer_access::take<counted>(&table_.at[index].object);
  }

 private:
  struct cell {
    header<typename Locking::refcount> head;
    body object;
    char text[8];
  };
  static_assert(offsetof(cell, object) == sizeof(header<typename Locking::refcount>));

  struct cells {
    cell at[257];
  };

  [[nodiscard]] static consteval auto fill() {
    return []<std::size_t... Is>(std::index_sequence<Is...>) {
      return cells{
          {cell{{count_word::pinned, 0}, {0, Is == 256 ? 0 : 1}, {Is == 256 ? '\0' : static_cast<char>(Is)}}...}};
    }(std::make_index_sequence<257>{});
  }

  OURO_SHARED_STATE static inline constinit cells table_ = fill();
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
