// The words of a header, bit by bit, as JSON: from the constants that the library itself uses.

#include <ouro/ouro.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>

namespace {

using ouro::count_word;
using ouro::detail::header;
using ouro::detail::info_word;

struct field {
  const char* name;
  std::uint32_t bits;
};

/// Writes the fields of a word; what none of them names is said to be `other`.
template <std::size_t Fields>
void write(const char* word, const field (&fields)[Fields], const char* other, bool last = false) {
  std::printf("{\"word\": \"%s\", \"fields\": [", word);
  std::uint32_t left = ~std::uint32_t{0};
  for (const field& each : fields) {
    left &= ~each.bits;
    std::printf("{\"name\": \"%s\", \"first\": %d, \"bits\": %d}, ", each.name, std::countr_zero(each.bits),
                std::popcount(each.bits));
  }
  std::printf("{\"name\": \"%s\", \"first\": %d, \"bits\": %d}]}%s\n", other, std::countr_zero(left),
              std::popcount(left), last ? "" : ",");
}

static_assert(!count_word::is_suspect_on_drop(0) && count_word::is_suspect_on_drop(count_word::suspect_on_drop));
static_assert(count_word::is_immortal(count_word::immortal) &&
              info_word::slot(~std::uint32_t{0}) == ((1u << info_word::buffer_shift) - 1) >> 1);

}  // namespace

int main() {
  std::printf("{\"bytes\": %zu, \"biased_bytes\": %zu, \"words\": [\n", sizeof(header<ouro::local_refcount>),
              sizeof(header<ouro::biased_refcount>));
  write("count", {{"suspect on drop", count_word::suspect_on_drop}, {"immortal", count_word::immortal}},
        "number of pointers");
  write("info, not buffered",
        {{"buffered: 0", info_word::buffered},
         {"tracked", info_word::tracked},
         {"watched", info_word::watched},
         {"unborn", info_word::unborn},
         {"finalized", info_word::finalized},
         {"dead", info_word::dead},
         {"gray", info_word::gray},
         {"alive", info_word::alive},
         {"old", info_word::old},
         {"frozen", info_word::frozen},
         {"heap walkable", info_word::heap_walkable},
         {"owner", info_word::owner_mask}},
        "index of the type's record");
  write("info, buffered",
        {{"buffered: 1", info_word::buffered},
         {"old", info_word::buffered_as_old},
         {"frozen", info_word::buffered_as_old << 1}},
        "number of the entry in the candidate buffer", true);
  std::printf("]}\n");
}
