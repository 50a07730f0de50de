#pragma once
/// \file
/// The programs of the graph fuzzer: operations of four bytes, from a seed or from whatever bytes there are.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro::fuzz {

/// What an operation does; its three operands are numbers of handles, of edges, or amounts. An operation whose handles
/// are null does nothing, so every sequence of bytes is a program.
enum class opcode : std::uint8_t {
  make_plain,        ///< root[a] = a new node, which does b at its end
  make_rich,         ///< the same with every kind of edge
  make_rising,       ///< with a finalizer that does c
  make_rising_rich,  ///< both
  make_wide,         ///< with every kind of edge, and weak containers
  make_rising_wide,  ///< with a finalizer
  copy_root,         ///< root[a] = root[b]
  move_root,         ///< root[a] = std::move(root[b])
  drop_root,         ///< root[a].reset()
  link,              ///< edge c of root[a] = root[b]
  cut,               ///< edge c of root[a] is reset
  walk,              ///< root[a] = edge c of root[b]
  step_over,         ///< root[a] = edge c of root[a]
  swap_edges,        ///< swaps the left edge of root[a] with the right one of root[b]
  make_eager,        ///< root[a] = a new node, whose constructor does b
  make_copier,       ///< the same, whose deep_copy does b
  from_this,         ///< root[a] = of the raw pointer of root[b]
  adopt,             ///< root[a] adopts what root[b] releases

  make_array,  ///< array[a] = a new one, whose element b throws
  link_cell,   ///< the edge of element c of array[a] = root[b]
  walk_cell,   ///< the contrary
  make_part,   ///< part[a] = element c of array[b]
  link_part,   ///< the part of root[a] = part[b]
  walk_part,   ///< the contrary
  write_part,  ///< the edge of part[a] = root[b]
  loosen,      ///< loose[a] = of root, array, tuples or frozen, as c says, number b
  link_any,    ///< the edge of any type of root[a] = loose[b]
  walk_any,    ///< the contrary
  drop_few,    ///< of loose, array, part, tuples, frozen, as b says, number a

  make_tuple,   ///< tuples[a] = of root[b], root[c] and loose[c]
  link_tuple,   ///< the tuple of wide[a] = tuples[b]
  walk_tuple,   ///< the contrary
  make_frozen,  ///< frozen[a] = of root[b] and those after it, as many as c says; or an element throws
  link_frozen,  ///< the frozen list of wide[a] = frozen[b]
  walk_frozen,  ///< the contrary
  walk_bead,    ///< root[a] = the edge of element c of frozen[b]

  push_item,    ///< root[a] at the end of the list of root[b]
  insert_item,  ///< the same at place c
  pop_item,     ///< the last one of root[a]
  erase_item,   ///< that at place c
  clear_items,
  swap_items,  ///< of root[a] and root[b]
  walk_item,   ///< root[a] = item c of root[b]
  put_name,    ///< root[a] under the name c of root[b]
  erase_name,  ///< c of root[a]
  clear_names,
  pop_name,   ///< root[a] = the last one of root[b]
  walk_name,  ///< root[a] = name c of root[b]

  weak_insert,   ///< root[b] into the weak set of wide[a]: the first wide node that root[a] and those after it lead to
  weak_put,      ///< root[b] under the key c of the weak map of wide[a]
  weak_get,      ///< root[a] = what is under the key c of the weak map of wide[b], which may lose it
  know,          ///< the weak key root[b] of wide[a] gets the value root[c]
  walk_known,    ///< root[a] = the value of the weak key root[c] of wide[b]
  weak_erase,    ///< root[b], or the key c, from one of the weak containers of wide[a]
  weak_clear,    ///< those of wide[a]
  weak_go_over,  ///< the weak container b of wide[a], and does c at each object,
                 ///< which may leave, and come back

  put_attribute,    ///< root[a] as the attribute c of wide[b]
  get_attribute,    ///< the same, by a reference to what is there or is added
  erase_attribute,  ///< c of wide[a]
  swap_attributes,  ///< of wide[a] and wide[b]
  walk_attribute,   ///< root[a] = attribute c of wide[b]

  insert_in_row,  ///< root[a] at place c of the standard vector of wide[b]
  erase_in_row,
  walk_row,     ///< root[a] = element c of it
  put_in_tree,  ///< root[a] under the key c of the standard map of wide[b]
  erase_in_tree,
  walk_tree,  ///< root[a] = what is under the key c

  collect,
  collect_young,
  step,             ///< looks at up to 1 << a objects
  watch,            ///< watch[a] = root[b]; with a callback that does c
  lock,             ///< root[a] = watch[b].lock()
  unwatch,          ///< watch[a].reset()
  at_end,           ///< finalizer[a] = a function that does c when root[b] has died
  end_now,          ///< finalizer[a]()
  detach,           ///< finalizer[a].detach()
  add_callback,     ///< callback a, which does c at the start of collections, or at their end if b is odd
  remove_callback,  ///< a
  keep_garbage,     ///< collections keep what they find, if a is odd
  clear_garbage,
  walk_garbage,   ///< root[a] = garbage number b
  intern,         ///< text[a] = word b
  copy,           ///< root[a] = a copy of root[b]
  deepcopy,       ///< the same of all that it leads to
  freeze,         ///< all that lives
  unfreeze,       ///< it again
  immortalize,    ///< root[a]
  defer,          ///< drops, until `undefer`
  undefer,        ///< ends what waits
  drain,          ///< a objects of it
  set_nesting,    ///< bytes of stack that destructors may use: 1024 * a
  set_threshold,  ///< a candidates begin an automatic collection
  pause,          ///< no automatic collections, until it is said again; a container may grow meanwhile
  set_trigger,    ///< automatic collections at safe points alone, or not
  safepoint,
  enable,       ///< automatic collections, if a is odd
  inspect,      ///< asks for referents and referrers of root[a], and for all objects
  fail_trace,   ///< the trace after the next a ones throws
  fail,         ///< the allocation after the next a ones
  enter,        ///< the private heap a, or none; where objects are shared, there is but one heap
  limit,        ///< the heap may have so many pools: a
  end_heap,     ///< the private heap a ends, with all that lives in it
  move_thread,  ///< what follows runs on thread a
  end_thread,   ///< which ends
  share,        ///< other threads copy all root handles, watch and drop them, while this one drops root[a]
  restart,      ///< ends all that there is, as a program does
  count
};

inline constexpr std::size_t opcodes = static_cast<std::size_t>(opcode::count);

struct operation {
  opcode what;
  std::uint8_t a, b, c;
};

using program = std::vector<operation>;

/// Sebastiano Vigna's splitmix64: every seed gives another sequence, the same on all systems.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_{seed} {}

  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
  }

 private:
  std::uint64_t state_;
};

/// How often the operation comes up, relative to the others.
[[nodiscard]] constexpr std::uint32_t weight_of(opcode what) noexcept {
  switch (what) {
    case opcode::make_plain:
    case opcode::make_rich:
    case opcode::drop_root:
    case opcode::link:
      return 16;
    case opcode::make_rising:
    case opcode::make_rising_rich:
    case opcode::copy_root:
    case opcode::walk:
    case opcode::make_wide:
    case opcode::push_item:
    case opcode::put_name:
    case opcode::weak_insert:
    case opcode::know:
      return 8;
    case opcode::collect:
    case opcode::add_callback:
    case opcode::keep_garbage:
    case opcode::deepcopy:
    case opcode::freeze:
    case opcode::defer:
      return 1;
    case opcode::enter:
    case opcode::limit:
    case opcode::end_heap:
    case opcode::move_thread:
    case opcode::end_thread:
    case opcode::share:
      return 2;
    case opcode::immortalize:  // few: they stay in the process
    case opcode::restart:
      return 0;
    default:
      return 3;
  }
}

/// Whether it hands over to another thread, for which a busy machine takes its time.
[[nodiscard]] constexpr bool is_about_threads(opcode what) noexcept {
  return what == opcode::move_thread || what == opcode::end_thread || what == opcode::share;
}

/// Each program leaves some operations out and has others more often, so that what rarely comes together does somewhere
/// ("swarm testing": Groce et al., ISSTA 2012).
[[nodiscard]] inline program program_of_seed(std::uint64_t seed, std::size_t operations) {
  random_numbers random{seed};
  std::array<std::uint32_t, opcodes> up_to{};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i != opcodes; ++i) {
    constexpr std::uint8_t factors[] = {0, 1, 1, 4};
    const auto what = static_cast<opcode>(i);
    const bool is_everywhere = what == opcode::make_plain || what == opcode::drop_root || what == opcode::link;
    const bool is_now = seed % 64 == 0 && what == opcode::immortalize;
    const bool is_never = seed % 8 != 1 && is_about_threads(what);
    up_to[i] = sum += is_now ? 4 : is_never ? 0 : weight_of(what) * (is_everywhere ? 1 : factors[random.next() >> 62]);
  }
  program made;
  made.reserve(operations);
  while (made.size() != operations) {
    const std::uint64_t bits = random.next();
    const auto wanted = static_cast<std::uint32_t>((bits >> 32) % sum);
    std::size_t what = 0;
    while (up_to[what] <= wanted) ++what;
    made.push_back({static_cast<opcode>(what), static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
                    static_cast<std::uint8_t>(bits >> 16)});
  }
  return made;
}

/// For libFuzzer.
[[nodiscard]] inline program program_of_bytes(const std::uint8_t* bytes, std::size_t size) {
  program made;
  for (; size >= 4; bytes += 4, size -= 4)
    made.push_back({static_cast<opcode>(bytes[0] % opcodes), bytes[1], bytes[2], bytes[3]});
  return made;
}

}  // namespace ouro::fuzz
