#pragma once
/// \file
/// The candidates by age, and the sweep of a collection over them.
///
/// An object is young until a collection has found it alive. A minor collection begins from young candidates and does
/// not walk into old objects, whose edges count as references from outside: its cost follows the young, however much
/// lives beside them. What it finds alive becomes old; the candidates among that stay candidates, for the full
/// collection, which alone can tell whether an old object's edge keeps them alive or is garbage like them.

#include <ouro/collector/candidate_buffer.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

template <class RefcountPolicy>
class generations {
 public:
  using header_type = header<RefcountPolicy>;

  /// Where an object with this info word is a candidate. \pre unlisted
  [[nodiscard]] OURO_ALWAYS_INLINE candidate_buffer<RefcountPolicy>& buffer_for(std::uint32_t info) noexcept {
    return (info & info_word::old) != 0 ? old_ : young_;
  }

  /// \pre unlisted. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool enter(header_type& object) noexcept {
    candidate_buffer<RefcountPolicy>& buffer = buffer_for(object.load_info());
    if (!buffer.make_room()) return false;
    buffer.enter(object);
    return true;
  }

  /// Whether the object with this info word is a candidate here. \pre a listed word
  [[nodiscard]] bool hold(const header_type& object, std::uint32_t word) noexcept {
    return buffer_of(word).holds(object, word);
  }

  /// Gives the object its info word back, and returns it. \pre listed
  std::uint32_t leave(header_type& object) noexcept { return buffer_of(object.load_info()).leave(object); }

  /// The info word that a listed object's entry keeps.
  [[nodiscard]] std::uint32_t& info(const header_type& object) noexcept {
    return buffer_of(object.load_info()).info(object);
  }

  /// Brings the entry of an object near, if it is listed.
  void fetch(const header_type& object) noexcept {
    const std::uint32_t word = object.load_info();
    if (info_word::is_listed(word)) buffer_of(word).fetch(word);
  }

  [[nodiscard]] std::size_t size() const noexcept { return young_.size() + old_.size(); }
  [[nodiscard]] const candidate_buffer<RefcountPolicy>& young() const noexcept { return young_; }
  [[nodiscard]] const candidate_buffer<RefcountPolicy>& old() const noexcept { return old_; }

  /// Begins a sweep over the candidates of this moment; `minor`: over the young ones alone.
  void begin_sweep(bool minor) noexcept {
    swept_ = minor ? &young_ : &old_;
    slot_ = 0;
    end_ = swept_->slots();
    young_end_ = young_.slots();
  }

  /// The same, but that `next` goes on from candidate to candidate of one generation where it stopped, and leaves the
  /// buffer in order, so that a program may run between two of them. Returns whether that is the young one.
  bool begin_step() noexcept {
    swept_ = nullptr;
    return !steps_through_old_;
  }

  /// Has the next steps begin again, with the other generation.
  void turn_steps() noexcept {
    steps_through_old_ = !steps_through_old_;
    step_slot_ = 0;
  }

  using entry = typename candidate_buffer<RefcountPolicy>::entry;

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
      if (swept_ == &young_) return {};
      swept_ = &young_;
      slot_ = 0;
      end_ = young_end_;
    }
  }

  /// Makes sure that what the sweep takes out can enter again, aged. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_return() noexcept { return old_.reserve(old_.slots() + young_.slots()); }

  void end_sweep(bool minor) noexcept {
    young_.close_up();
    if (!minor) old_.close_up();
    // Steps begin anew where all has just been looked at, and has moved.
    if (!minor) steps_through_old_ = false;
    if (!steps_through_old_) step_slot_ = 0;
  }

  /// After a collection: what has grown old may be listed no more.
  void shrink() noexcept {
    young_.shrink();
    old_.shrink();
  }

  void check() const {
    check_whole(young_, "candidate_buffer");
    check_whole(old_, "candidate_buffer");
  }

  /// Forgets all candidates, and frees the memory.
  void clear() noexcept {
    for (candidate_buffer<RefcountPolicy>* const buffer : {&young_, &old_}) {
      for (std::size_t slot = 0; slot < buffer->slots(); ++slot) {
        if (header_type* const left = buffer->at(slot); left != nullptr) buffer->leave(*left);
      }
      buffer->release();
    }
  }

 private:
  [[nodiscard]] OURO_NOINLINE entry next_step() noexcept {
    constexpr std::uint32_t not_looked_at = info_word::unborn | info_word::frozen;
    candidate_buffer<RefcountPolicy>& stepped = steps_through_old_ ? old_ : young_;
    for (; step_slot_ < stepped.slots(); ++step_slot_) {
      header_type* const object = stepped.at(step_slot_);
      if (object == nullptr || (stepped.info(*object) & not_looked_at) != 0) continue;
      ++step_slot_;
      return {object, stepped.leave(*object)};
    }
    return {};
  }

  [[nodiscard]] candidate_buffer<RefcountPolicy>& buffer_of(std::uint32_t word) noexcept {
    return (word & info_word::listed_as_old) != 0 ? old_ : young_;
  }

  candidate_buffer<RefcountPolicy> young_{info_word::listed};
  candidate_buffer<RefcountPolicy> old_{info_word::listed | info_word::listed_as_old};
  candidate_buffer<RefcountPolicy>* swept_ = nullptr;
  std::size_t slot_ = 0;       ///< of `swept_`: those before it are swept
  std::size_t end_ = 0;        ///< slots of `swept_` when the sweep began
  std::size_t young_end_ = 0;  ///< slots of `young_` when the sweep began
  std::size_t step_slot_ = 0;  ///< where the next step begins
  bool steps_through_old_ = false;
};

}  // namespace ouro::detail
