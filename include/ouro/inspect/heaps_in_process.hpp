#pragma once
/// \file
/// Whether the program and its shared objects share one heap.

#include <ouro/object/elf_heap_note.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The number of copies of the library's state in the process. It is 1 if the program and all loaded shared objects
/// share the state, which they must before a managed object is passed from one to another. Private heaps do not count.
/// 0 if the system does not list the loaded shared objects, as on Windows. O(loaded shared objects)
[[nodiscard]] inline std::size_t heaps_in_process() noexcept { return detail::heaps_in_use{}.count(); }

}  // namespace ouro

#include <ouro/macros/restore.hpp>
