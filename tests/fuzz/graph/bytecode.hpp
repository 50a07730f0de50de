#pragma once
/// \file
/// The programs of the graph fuzzer: operations of four bytes, made from a seed or from any bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro::fuzz {

/// What an operation does with its three operands a, b and c, which are numbers of handles or edges, or amounts. An
/// operation whose handles are null does nothing, so each sequence of bytes is a program. wide[a] is the first wide
/// node that root[a] and the roots behind it lead to.
enum class opcode : std::uint8_t {
  make_plain,        ///< root[a] = a new node, whose destructor does b
  make_rich,         ///< root[a] = a new node with every kind of edge, whose destructor does b
  make_rising,       ///< as make_plain, and its finalizer does c
  make_rising_rich,  ///< as make_rich, and its finalizer does c
  make_wide,         ///< as make_rich, with weak and other containers
  make_rising_wide,  ///< as make_wide, and its finalizer does c
  copy_root,         ///< root[a] = root[b]
  move_root,         ///< root[a] = std::move(root[b])
  drop_root,         ///< root[a].reset()
  link,              ///< edge c of root[a] = root[b]
  cut,               ///< resets edge c of root[a]
  walk,              ///< root[a] = edge c of root[b]
  step_over,         ///< root[a] = edge c of root[a]
  swap_edges,        ///< swaps the left edge of root[a] with the right one of root[b]
  make_eager,        ///< root[a] = a new node, whose constructor does b
  make_copier,       ///< root[a] = a new node, whose deep_copy does b
  from_this,         ///< root[a] = managed_from_this(root[b].get())
  adopt,             ///< root[a] adopts what root[b] releases

  make_array,  ///< array[a] = a new array; the constructor of element b throws
  link_cell,   ///< the edge of element c of array[a] = root[b]
  walk_cell,   ///< root[a] = the edge of element c of array[b]
  make_part,   ///< part[a] = an alias of element c of array[b]
  link_part,   ///< the alias of root[a] = part[b]
  walk_part,   ///< part[a] = the alias of root[b]
  write_part,  ///< the edge of part[a] = root[b]
  loosen,      ///< loose[a], a ptr<void>, = number b of root, array, tuples or frozen, by c
  link_any,    ///< the ptr<void> of root[a] = loose[b]
  walk_any,    ///< loose[a] = the ptr<void> of root[b]
  drop_few,    ///< resets number a of loose, array, part, tuples or frozen, by b

  make_tuple,   ///< tuples[a] = a new tuple of root[b], root[c] and loose[c]
  link_tuple,   ///< the tuple of wide[a] = tuples[b]
  walk_tuple,   ///< tuples[a] = the tuple of wide[b]
  make_frozen,  ///< frozen[a] = a new frozen list of root[b] and the roots behind it; c: how many, or which throws
  link_frozen,  ///< the frozen list of wide[a] = frozen[b]
  walk_frozen,  ///< frozen[a] = the frozen list of wide[b]
  walk_bead,    ///< root[a] = the edge of element c of frozen[b]

  push_item,    ///< appends root[a] to the list of root[b]
  insert_item,  ///< inserts root[a] into the list of root[b] at place c
  pop_item,     ///< erases the last item of root[a]
  erase_item,   ///< erases item c of root[a]
  clear_items,  ///< clears the list of root[a]
  swap_items,   ///< swaps the lists of root[a] and root[b]
  walk_item,    ///< root[a] = item c of root[b]
  put_name,     ///< the dict of root[b] gets root[a] under the name c
  erase_name,   ///< erases the name c of root[a]
  clear_names,  ///< clears the dict of root[a]
  pop_name,     ///< root[a] = popitem() of the dict of root[b]
  walk_name,    ///< root[a] = the value of the name c of root[b]

  weak_insert,   ///< inserts root[b] into the weak set of wide[a]
  weak_put,      ///< the weak value map of wide[a] gets root[b] under the key c, perhaps by setdefault()
  weak_get,      ///< root[a] = the value of the key c of that map of wide[b], perhaps by pop()
  know,          ///< the weak key map of wide[a] gets the value root[c] for the key root[b]
  walk_known,    ///< root[a] = the value for the key root[c] in that map of wide[b]
  weak_erase,    ///< erases root[b], or the key c, from a weak container of wide[a]
  weak_clear,    ///< clears the weak containers of wide[a]
  weak_go_over,  ///< iterates over the weak container b of wide[a] and does c at each object, which may
                 ///< leave the container, and enter it again

  put_attribute,    ///< the attribute c of wide[b] = root[a]
  get_attribute,    ///< the same, by get_or_add with a cache
  erase_attribute,  ///< erases the attribute c of wide[a]
  swap_attributes,  ///< swaps the attributes of wide[a] and wide[b]
  walk_attribute,   ///< root[a] = the attribute c of wide[b]

  insert_in_row,  ///< inserts root[a] at place c of the std::vector of wide[b]
  erase_in_row,   ///< erases element c of the std::vector of wide[b]
  walk_row,       ///< root[a] = element c of the std::vector of wide[b]
  put_in_tree,    ///< the std::map of wide[b] gets root[a] under the key c
  erase_in_tree,  ///< erases the key c from the std::map of wide[b]
  walk_tree,      ///< root[a] = the value of the key c in the std::map of wide[b]

  store_atomic,     ///< atomic[a] = root[b]. An odd atomic[a] is that of wide[a / 2]
  load_atomic,      ///< root[a] = atomic[b].load()
  exchange_atomic,  ///< root[a] = atomic[b].exchange(root[a])
  compare_atomic,   ///< atomic[a].compare_exchange_strong(root[b], root[c])

  collect,
  collect_young,
  step,             ///< gc::step(1 << a)
  watch,            ///< watch[a] = a weak pointer to root[b], with a callback that does c
  lock,             ///< root[a] = watch[b].lock()
  unwatch,          ///< watch[a].reset()
  at_end,           ///< finalizer[a] = finalize(root[b], a function that does c)
  end_now,          ///< finalizer[a]()
  detach,           ///< finalizer[a].detach()
  add_callback,     ///< adds the callback a, which does c at the start of collections; at their end if b is odd
  remove_callback,  ///< removes the callback a
  keep_garbage,     ///< sets gc_debug::saveall if a is odd, or else gc_debug::none
  clear_garbage,
  walk_garbage,   ///< root[a] = garbage number b
  intern,         ///< text[a] = the interned word b
  copy,           ///< root[a] = a copy of root[b]
  deepcopy,       ///< root[a] = a deep copy of root[b]
  freeze,         ///< gc::freeze()
  unfreeze,       ///< gc::unfreeze()
  immortalize,    ///< immortalize(root[a])
  defer,          ///< begins a gc::deferred_drops
  undefer,        ///< ends it, and so all objects that wait
  drain,          ///< gc::drain(a)
  set_nesting,    ///< gc::set_destruction_stack(1024 * a)
  set_threshold,  ///< gc::set_threshold(a)
  pause,          ///< begins a gc::pause, or ends it
  set_trigger,    ///< gc::set_trigger: at safe points only, or at allocations too
  safepoint,
  enable,       ///< gc::enable() if a is odd, or else gc::disable()
  inspect,      ///< compares gc::referents and gc::referrers of root[a], and gc::objects
  fail_trace,   ///< has the trace after the next a traces throw
  fail,         ///< has the allocation after the next a allocations fail
  enter,        ///< enters the private heap a, or none; shared objects have one heap only
  limit,        ///< limits the private heap to a pools
  end_heap,     ///< ends the private heap a and all objects in it
  move_thread,  ///< runs the following operations on thread a
  end_thread,   ///< ends thread a
  stand,        ///< how this thread waits for its turns from now on: a is a `standing`
  share,        ///< other threads copy, watch and drop all roots, while this one drops root[a]
  restart,      ///< ends all objects, as the end of a program does
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

/// How frequent the operation is, relative to the others.
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
    case opcode::stand:
    case opcode::share:
      return 2;
    case opcode::immortalize:  // few: they stay in the process
    case opcode::restart:
      return 0;
    default:
      return 3;
  }
}

/// Whether the operation switches threads, which may take long on a busy machine.
[[nodiscard]] constexpr bool is_about_threads(opcode what) noexcept {
  return what == opcode::move_thread || what == opcode::end_thread || what == opcode::share;
}

inline constexpr std::size_t most_threads = 4;  ///< the first thread included

/// Which programs are made.
enum class schedule : std::uint8_t {
  calm,    ///< most of one thread; a few move to others
  threads  ///< of 2 to 4 threads, which take turns after every few operations
};

/// Each program leaves some operations out and has others more often, so that rare combinations occur in some programs
/// ("swarm testing": Groce et al., ISSTA 2012). So does each schedule of threads: some give turns of one operation.
[[nodiscard]] inline program program_of_seed(std::uint64_t seed, std::size_t operations, schedule of) {
  random_numbers random{seed};
  std::array<std::uint32_t, opcodes> up_to{};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i != opcodes; ++i) {
    constexpr std::uint8_t factors[] = {0, 1, 1, 4};
    const auto what = static_cast<opcode>(i);
    const bool is_everywhere = what == opcode::make_plain || what == opcode::drop_root || what == opcode::link;
    const bool is_now = seed % 64 == 0 && what == opcode::immortalize;
    const bool is_never = of == schedule::calm && seed % 8 != 1 && is_about_threads(what);
    up_to[i] = sum += is_now ? 4 : is_never ? 0 : weight_of(what) * (is_everywhere ? 1 : factors[random.next() >> 62]);
  }
  const std::uint64_t threads = 2 + random.next() % (most_threads - 1);
  const std::uint64_t turn = 1 + random.next() % 8;  ///< operations, on average
  program made;
  made.reserve(operations);
  while (made.size() != operations) {
    const std::uint64_t bits = random.next();
    if (of == schedule::threads && (bits >> 24) % 256 % turn == 0 && made.size() + 1 != operations)
      made.push_back({opcode::move_thread, static_cast<std::uint8_t>((bits >> 60) % threads), 0, 0});
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
