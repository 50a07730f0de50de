#pragma once
/// \file
/// Whether the program and its shared objects have one heap between them.

#include <ouro/object/elf_heap_note.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// How many copies of the library's state there are: 1 when the program and all loaded shared objects that make objects
/// share theirs, as they must before an object goes from one to another. Private heaps do not count. 0 where the system
/// does not list what is loaded, as on Windows. O(loaded shared objects)
[[nodiscard]] inline std::size_t heaps_in_process() noexcept { return detail::heaps_in_use{}.count(); }

}  // namespace ouro

#include <ouro/macros/restore.hpp>
