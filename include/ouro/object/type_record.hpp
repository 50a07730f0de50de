#pragma once
/// \file
/// What the library knows of a managed type once the type itself is out of sight, and the table that turns the 16-bit
/// index in a header into it.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/elf_modules.hpp>
#include <ouro/config.hpp>
#include <ouro/object/elf_heap_note.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/fields.hpp>
#include <ouro/trace/nesting.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Reports the edges of the object `worklist[i]`, and of those that follow it before `last` as long as they are of the
/// same type; counts them in each entry. Returns how far it came. The worklist may grow, and move, whenever the sink is
/// full.
using trace_function = std::size_t (*)(worklist_entry* const& worklist, std::size_t i, std::size_t last,
                                       edge_sink& sink);

/// Does something to the objects of `[first, last)`, which are of one type.
using run_function = void (*)(const worklist_entry* first, const worklist_entry* last) noexcept;

/// Shows all that ties an object to its heap. \throws what its trace and the sink's guide throw
using survey_function = void (*)(void* object, survey_sink& sink);

struct clone_record;

/// One for each type and set of policies. What takes the address of the object gets what lies behind its header.
struct type_record {
  run_function destroy;                               ///< runs the destructors; what they throw is reported
  run_function deallocate;                            ///< gives the blocks back; needs nothing but their lengths
  trace_function trace;                               ///< null when there are no edges to report
  void (*finalize)(void* object);                     ///< null when the type has no `finalize()`
  bool (*end)(void* header) noexcept;                 ///< of an object without pointers, see collector/engine/death.hpp
  void (*die)(void* header) noexcept;                 ///< `end` and `deallocate` where the info word is plain
  std::size_t (*bytes)(const void* object) noexcept;  ///< the block: header, object, padding
  const clone_record* clone;                          ///< copies the object; null unless the type is `clonable`
  std::string_view name;
  std::uint32_t level = check_level;  ///< of the code behind these functions
  std::uint32_t front = 0;            ///< bytes from the beginning of the block to the object; 0 where it is not needed
  /// The deleter in an owner of a `shared_ptr`, if it is of the type that `key` names, or null. Null if there is none.
  void* (*find_deleter)(void* object, const void* key) noexcept = nullptr;
  std::span<const field> fields{};     ///< of a type with edges, as far as they are known
  void (*begin)() noexcept = nullptr;  ///< called before the first object of the type is made, unless it is null
  survey_function survey = nullptr;    ///< null where objects have nothing to show, or are not one thread's

  void destroy_one(void* header) const noexcept {
    const worklist_entry one{header, 0, 0};
    destroy(&one, &one + 1);
  }
  void deallocate_one(void* header) const noexcept {
    const worklist_entry one{header, 0, 0};
    deallocate(&one, &one + 1);
  }
};

/// Index 0 is no type: it is what the headers of tables made at compile time say. All zero at first, so that the table
/// takes no room in a program's file, and none in memory but for the pages that are used.
struct type_table {
  static constexpr std::size_t capacity = std::size_t{1} << 16;

  /// Read and written atomically, see config/plain_atomics.hpp.
  const type_record* records[capacity];
  std::atomic<std::uint32_t> size{0};
  std::atomic<std::uint32_t> level{
      0};  ///< one more than the check level of all modules that use the table; the linker compares object files

  /// Null for an index that was never given.
  [[nodiscard]] const type_record* find(std::uint32_t index) const noexcept {
    // relaxed: a thread that has an object has synchronised with the thread that made it, and so with the registration.
    return load_relaxed(records[index]);
  }

  [[nodiscard]] const type_record& operator[](std::uint32_t index) const noexcept { return *find(index); }

  std::uint32_t add(const type_record& record) {
    const std::uint32_t index = size.fetch_add(1, std::memory_order_relaxed) + 1;
    if (index >= capacity) misuse("more than 65535 managed types", record.name);
    std::uint32_t levels = 0;
    if (!level.compare_exchange_strong(levels, record.level + 1) && levels != record.level + 1) {
      misuse("shared objects of different check levels", record.name);
    }
    if constexpr (check_level >= 1) {
      if (index == 1) report_several_heaps();
    }
    store_release(records[index], &record);
    return index;
  }
};

OURO_SHARED_STATE inline constinit type_table registered_types{};

/// Where this module finds the table. It is a template, so that a module which makes no object has none.
template <class Table>
struct module_type_table {
  OURO_OWN_CODE OURO_USED static inline constinit const Table* at = &registered_types;

  OURO_ALWAYS_INLINE static void note() noexcept {
    OURO_LEAVE_NOTE("_ZN4ouro6detail17module_type_tableINS0_10type_tableEE2atE", at);
  }
};

/// The first info word of the objects of a type; null until the first of them is made. At the first use instead of
/// before `main`, because objects may be made there too.
class type_info_word {
 public:
  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t load() const noexcept { return word_.load(std::memory_order_relaxed); }

  [[nodiscard]] OURO_ALWAYS_INLINE std::uint32_t get(const type_record& record, std::uint32_t flags) {
    const std::uint32_t known = load();
    return known != 0 ? known : add(record, flags);
  }

 private:
  OURO_OWN_CODE OURO_NOINLINE std::uint32_t add(const type_record& record, std::uint32_t flags) {
    module_type_table<type_table>::note();
    keep_loaded(&record);
    if (record.begin != nullptr) record.begin();
    std::uint32_t mine = registered_types.add(record) << info_word::type_shift | flags;
    std::uint32_t expected = 0;
    // When two threads make the first object at once, one index stays unused.
    if (!word_.compare_exchange_strong(expected, mine, std::memory_order_relaxed)) mine = expected;
    return mine;
  }

  std::atomic<std::uint32_t> word_{0};
};

/// The record of an object whose info word is `info`.
[[nodiscard]] inline const type_record& record_of(std::uint32_t info) noexcept {
  return registered_types[info_word::type(info)];
}

/// For reports about an object that may be damaged: its type's name if the info word leads to one.
[[nodiscard]] inline std::string_view name_in_report(std::uint32_t info) noexcept {
  const type_record* const record = registered_types.find(info_word::type(info));
  return record == nullptr ? "unknown" : record->name;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
