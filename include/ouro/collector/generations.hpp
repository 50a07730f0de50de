#pragma once
/// \file
/// The candidates by age, and the sweep of a collection over them.
///
/// An object is young until a collection has found it alive. A minor collection begins from young candidates and does
/// not walk into old objects, whose edges count as references from outside: its cost follows the young, however much
/// lives beside them. What it finds alive becomes old; the candidates among that stay candidates, for the full
/// collection, which alone can tell whether an old object's edge keeps them alive or is garbage like them.
///
/// Frozen candidates, of whatever age, are buffered apart, so that no sweep and no step passes over them. A frozen
/// candidate keeps its slot until it dies or is unfrozen: nothing writes to the pages of frozen objects, which a fork
/// shares.

#include <ouro/base/diagnostics.hpp>
#include <ouro/collector/root_buffer.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class RefcountPolicy>
class generations {
 public:
  using header_type = header<RefcountPolicy>;
  using buffer = root_buffer<RefcountPolicy>;

  /// Where an object with this info word is a candidate. \pre not buffered
  [[nodiscard]] OURO_ALWAYS_INLINE buffer& buffer_for(std::uint32_t info) noexcept {
    // Most are young: the compiler need not compute where the buffer is.
    if ((info & (info_word::old | info_word::frozen)) == 0) [[likely]]
      return buffers_[young_ones];
    return buffers_[info >> age_shift & (buffers - 1)];
  }

  /// \pre not buffered. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool enter(header_type& object) noexcept {
    buffer& wanted = buffer_for(object.load_info());
    if (!wanted.make_room()) return false;
    wanted.enter(object);
    return true;
  }

  /// Whether the object with this info word is a candidate here. \pre a buffered word
  [[nodiscard]] bool hold(const header_type& object, std::uint32_t word) noexcept {
    return buffer_of(word).holds(object, word);
  }

  /// Gives the object its info word back, and returns it. \pre buffered
  std::uint32_t leave(header_type& object) noexcept { return buffer_of(object.load_info()).leave(object); }

  /// The info word that a buffered object's entry keeps.
  [[nodiscard]] std::uint32_t& info(const header_type& object) noexcept {
    return buffer_of(object.load_info()).info(object);
  }

  /// Room for so many more, whatever their ages are. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t more) noexcept {
    return buffers_[young_ones].reserve(buffers_[young_ones].slots() + more) &&
           buffers_[old_ones].reserve(buffers_[old_ones].slots() + more);
  }

  /// Room for all candidates among the frozen. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve_for_freeze() noexcept {
    return has_room_for(frozen_young, young_ones) && has_room_for(frozen_old, old_ones);
  }

  /// Room for the frozen candidates among the others. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve_for_unfreeze() noexcept {
    return has_room_for(young_ones, frozen_young) && has_room_for(old_ones, frozen_old);
  }

  /// Flags the object as frozen; if it is a candidate, it is buffered among the frozen. \pre there is room
  void freeze(header_type& object) noexcept {
    move_between_buffers(object, [](std::uint32_t info) { return info | info_word::frozen; });
  }

  /// The contrary: a candidate is buffered by its age again. \pre there is room
  void unfreeze(header_type& object) noexcept {
    move_between_buffers(object, [](std::uint32_t info) { return info & ~info_word::frozen; });
  }

  /// Prefetches the entries of the targets of these edges, of those that are buffered.
  OURO_ALWAYS_INLINE void fetch(const edge* first, const edge* last) noexcept {
    if (size() == 0) return;
    for (; first != last; ++first) {
      const std::uint32_t word = static_cast<const header_type*>(first->target)->load_info();
      if (info_word::is_buffered(word)) buffer_of(word).fetch(word);
    }
  }

  /// Candidates that are not frozen.
  [[nodiscard]] std::size_t size() const noexcept { return young().size() + old().size(); }
  [[nodiscard]] const buffer& young() const noexcept { return buffers_[young_ones]; }
  [[nodiscard]] const buffer& old() const noexcept { return buffers_[old_ones]; }

  /// Calls `see` with the buffers of frozen candidates: of the young, then of the old.
  template <class See>
  void each_frozen(See see) const {
    see(buffers_[frozen_young]);
    see(buffers_[frozen_old]);
  }

  /// Begins a sweep over the candidates of this moment; `minor`: over the young ones alone.
  void begin_sweep(bool minor) noexcept {
    swept_ = minor ? &buffers_[young_ones] : &buffers_[old_ones];
    slot_ = 0;
    end_ = swept_->slots();
    young_end_ = buffers_[young_ones].slots();
  }

  /// Begins a step over the candidates of one generation. In a step `next` goes on behind the candidate where the last
  /// step stopped, and leaves the buffer in order, so that the program may run between two steps. Returns whether the
  /// generation is the young one.
  bool begin_step() noexcept {
    swept_ = nullptr;
    return !steps_through_old_;
  }

  /// Has the next steps begin again, with the other generation.
  void turn_steps() noexcept {
    steps_through_old_ = !steps_through_old_;
    step_slot_ = 0;
  }

  using entry = typename root_buffer<RefcountPolicy>::entry;

  /// The next candidate, which is one no more, and the info word that the caller must give it back; null at the end of
  /// the sweep.
  [[nodiscard]] OURO_ALWAYS_INLINE entry next() noexcept {
    if (swept_ == nullptr) [[unlikely]]
      return next_step();
    for (;;) {
      // A destructor between two batches may have taken the last candidates away.
      while (slot_ < end_ && slot_ < swept_->slots()) {
        if (const entry taken = swept_->take(slot_++); taken.object != nullptr) return taken;
      }
      if (swept_ == &buffers_[young_ones]) return {};
      swept_ = &buffers_[young_ones];
      slot_ = 0;
      end_ = young_end_;
    }
  }

  /// Makes sure that what the sweep takes out can enter again, aged. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_return() noexcept {
    return buffers_[old_ones].reserve(buffers_[old_ones].slots() + buffers_[young_ones].slots());
  }

  void end_sweep(bool minor) noexcept {
    buffers_[young_ones].close_up();
    if (!minor) buffers_[old_ones].close_up();
    // Steps begin anew where all has just been looked at, and has moved.
    if (!minor) steps_through_old_ = false;
    if (!steps_through_old_) step_slot_ = 0;
  }

  /// After a collection: what has grown old may be buffered no more.
  void shrink() noexcept {
    for (buffer& each : buffers_) each.shrink();
  }

  void check() const {
    for (const buffer& each : buffers_) check_whole(each, "root_buffer");
  }

  /// Forgets all candidates, and frees the memory.
  void clear() noexcept {
    for (buffer& each : buffers_) {
      for (std::size_t slot = 0; slot < each.slots(); ++slot) {
        if (header_type* const left = each.at(slot); left != nullptr) each.leave(*left);
      }
      each.release();
    }
  }

 private:
  // The number of a buffer: whether its objects are old, and whether they are frozen, as two bits.
  static constexpr std::uint32_t young_ones = 0;
  static constexpr std::uint32_t old_ones = 1;
  static constexpr std::uint32_t frozen_young = 2;
  static constexpr std::uint32_t frozen_old = 3;
  static constexpr std::uint32_t buffers = 4;
  static constexpr std::uint32_t age_shift = 8;  ///< of the two flags in the info word
  static_assert(info_word::old == old_ones << age_shift && info_word::frozen == frozen_young << age_shift);
  static_assert(info_word::buffered_as_old == old_ones << info_word::buffer_shift);

  [[nodiscard]] OURO_NOINLINE entry next_step() noexcept {
    buffer& stepped = steps_through_old_ ? buffers_[old_ones] : buffers_[young_ones];
    for (; step_slot_ < stepped.slots(); ++step_slot_) {
      header_type* const object = stepped.at(step_slot_);
      if (object == nullptr || (stepped.info(*object) & info_word::unborn) != 0) continue;
      ++step_slot_;
      return {object, stepped.leave(*object)};
    }
    return {};
  }

  [[nodiscard]] buffer& buffer_of(std::uint32_t word) noexcept { return buffers_[word >> info_word::buffer_shift]; }

  /// Changes the info word of the object. If it is buffered, moves it to the buffer of the changed word.
  template <class Change>
  void move_between_buffers(header_type& object, Change change) noexcept {
    const bool is_buffered = info_word::is_buffered(object.load_info());
    if (is_buffered) leave(object);
    const std::uint32_t before = header_type::update(object.info, change);
    if (is_buffered) buffer_for(change(before)).enter(object);
  }

  /// Whether `to` has room for the candidates of `from` beside its own.
  [[nodiscard]] bool has_room_for(std::size_t to, std::size_t from) noexcept {
    return buffers_[to].reserve(buffers_[to].slots() + buffers_[from].size());
  }

  [[nodiscard]] static constexpr std::uint32_t mark_of(std::uint32_t number) noexcept {
    return info_word::buffered | number << info_word::buffer_shift;
  }

  buffer buffers_[buffers]{buffer{mark_of(young_ones)}, buffer{mark_of(old_ones)}, buffer{mark_of(frozen_young)},
                           buffer{mark_of(frozen_old)}};
  buffer* swept_ = nullptr;
  std::size_t slot_ = 0;       ///< of `swept_`: those before it are swept
  std::size_t end_ = 0;        ///< slots of `swept_` when the sweep began
  std::size_t young_end_ = 0;  ///< slots of the buffer of the young when the sweep began
  std::size_t step_slot_ = 0;  ///< where the next step begins
  bool steps_through_old_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
