#pragma once
/// \file
/// What a deep copy has copied so far, and what it has yet to copy.
///
/// Copies are made depth first, as CPython makes them: an object is copied, then all that its first edge leads to, then
/// all that its second edge leads to, and at last the edges of the copy are changed. An explicit stack of tasks stands
/// for the recursion.
///
/// Only members `deep_copy` nest, as one asks the memo for a copy and another one makes it. While they use less than
/// `most_stack` bytes, each of them gets what CPython's `__deepcopy__` would get. Beyond that, an object that is asked
/// for and copies itself is prepared first: a walk over the edges finds the objects that copy themselves behind it, and
/// they are copied from the last to the first, so that each finds the copies that it will ask for. In a cycle there is
/// no last one. There the memo promises a copy: it gives out a stand-in, and puts the copy in its place in the end.

#include <ouro/base/address_map.hpp>
#include <ouro/config.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/copied_objects.hpp>
#include <ouro/copy/promised_copies.hpp>
#include <ouro/object/clone_record.hpp>
#include <ouro/object/header.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// What a deep copy has copied so far, so that what was shared is shared again, and cycles close. It keeps the
/// originals and their copies alive. For one thread.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class OURO_SHARED_TYPE deepcopy_memo {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = detail::header<RefcountPolicy>;
  using edges = detail::copied_edges<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  /// Bytes of stack that nested members `deep_copy` may use before copies are made in another order than they are asked
  /// for; twice as many before stand-ins are given out. A constant for all.
  static constexpr std::size_t most_stack = std::size_t{128} << 10;

  deepcopy_memo() = default;
  deepcopy_memo(const deepcopy_memo&) = delete;
  deepcopy_memo& operator=(const deepcopy_memo&) = delete;

  /// The copy of the object, and of all that it leads to, which is made if there is none: for the member
  /// `deep_copy(memo) const` of a class that copies itself. Such a member can rely on this:
  /// - The copy is finished, unless its making is what has led here: in a cycle it is what was given to `remember`.
  /// - Where such members nest deeper than `most_stack`, the edges of a copy that a copy constructor has made may still
  ///   lead to the originals. They are changed later.
  /// - There, objects that copy themselves are copied before those that lead to them, even if no `deep_copy` asks for
  /// them.
  /// - There, a stand-in may represent an object of a cycle until its copy is made. It is a pointer that may be stored
  ///   in the copies and compared with null, and must not be dereferenced.
  ///
  /// Amortised O(1) and what constructors and members `deep_copy` do.
  /// \throws not_copyable, copy_unfinished, std::bad_alloc, and what constructors and traces throw
  template <class T>
  [[nodiscard]] pointer<T> copy_of(const pointer<T>& original) {
    if constexpr (shared_by_copies<T>) {
      return original;
    } else {
      return copy_block(original, false);
    }
  }

  /// The copy of a tuple or a frozen list: itself, if all that it leads to is shared.
  template <detail::has_immutable_block Edge>
  [[nodiscard]] Edge copy_of(const Edge& original) {
    Edge copy = original;
    if constexpr (!edges::template is_shared<Edge>()) {
      detail::edge_traits<Edge>::set_block(copy, copy_block(detail::block_of(original), true));
    }
    return copy;
  }

  /// Says that `copy` is the copy of `original`, before a `deep_copy(memo)` asks for what may lead back to it.
  /// \throws std::bad_alloc
  template <class T>
  void remember(const T& original, const pointer<T>& copy) {
    using functions = detail::edge_functions<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
    copies_.add(*detail::header_of<RefcountPolicy>(&original), copy, &functions::record, true);
  }

 private:
  friend detail::edge_viewer<deepcopy_memo>;
  friend detail::edge_changer<deepcopy_memo>;

  using copied_objects = detail::copied_objects<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using promised_copies = detail::promised_copies<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  /// An object to copy or, without one, a copy whose edges are to be changed.
  struct task {
    pointer<void> original;
    const detail::clone_record* how = nullptr;
    bool is_immutable = false;
    std::size_t number = 0;  ///< of the copy in `copies_`
  };

  /// An object to prepare: it copies itself when that is done with what it leads to.
  struct step {
    task object;
    bool is_open = false;  ///< what it leads to lies above it
  };

  /// The `deep_copy` of the object runs for as long as this lives.
  class open_object {
   public:
    open_object(deepcopy_memo& in, header_type* object) : in_{in}, object_{object} {
      if (object != nullptr) in.open_[object] = true;
    }
    open_object(const open_object&) = delete;
    open_object& operator=(const open_object&) = delete;
    ~open_object() {
      if (object_ != nullptr) in_.open_.erase(object_);
    }

   private:
    deepcopy_memo& in_;
    header_type* object_;
  };

  /// How long the lists are.
  struct mark {
    std::size_t copies;
    std::size_t tasks;
    std::size_t steps;
    std::size_t promises;
  };

  enum class looking_for { objects, objects_that_copy_themselves, nothing };

  [[nodiscard]] static header_type& header_of(const pointer<void>& of) noexcept {
    return *detail::header_of<RefcountPolicy>(of.get());
  }

  [[nodiscard]] mark here() const noexcept { return {copies_.size(), tasks_.size(), steps_.size(), promises_.size()}; }

  template <class T>
  [[nodiscard]] static pointer<T> located(const pointer<T>& original, header_type& from, pointer<void> copy) noexcept {
    void* const object = copy.get();
    detail::pointer_access::forget(copy);
    return detail::at_same_place(original, from.object(), object);
  }

  template <class T>
  [[nodiscard]] pointer<T> copy_block(const pointer<T>& given, bool is_immutable) {
    if (given == nullptr) return nullptr;
    const pointer<T> original = given;  // which user code may change
    header_type& from = *detail::header_of<RefcountPolicy>(original.get());
    if (const auto* const known = copies_.find(from); known != nullptr) return located(original, from, known->copy);
    const auto& how = detail::clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(from);
    return located(original, from,
                   obtain({copied_objects::pointer_to(from), &how, is_immutable}, bytes_of_stand_in<T>()));
  }

  /// 0 where nothing can stand for a copy: the header of an `interior_base` is found through the object.
  template <class T>
  [[nodiscard]] static consteval std::size_t bytes_of_stand_in() {
    if constexpr (interior_base<std::remove_cv_t<T>>) {
      return 0;
    } else if constexpr (std::is_void_v<T> || std::is_unbounded_array_v<T> || !detail::is_complete<T>) {
      return 1;
    } else {
      return sizeof(T);
    }
  }

  /// Makes the copy now, or the next best. Takes everything back that it has done if it throws.
  [[nodiscard]] OURO_NOINLINE pointer<void> obtain(task wanted, std::size_t bytes_of_stand_in) {
    const std::uintptr_t frame = detail::stack_position();
    const bool is_outermost = outermost_frame_ == 0;
    if (is_outermost) outermost_frame_ = frame;
    const std::size_t stack = outermost_frame_ - frame;  // stacks grow downwards
    const mark before = here();
    header_type& from = header_of(wanted.original);
    OURO_TRY {
      const bool is_deep = stack >= most_stack && wanted.how->shows_edges;
      if (is_deep && wanted.how->copies_itself) {
        if (stack < 2 * most_stack && open_.find(&from) == nullptr) {
          prepare(wanted);
        } else if (bytes_of_stand_in != 0) {
          return stand_in_for(std::move(wanted), bytes_of_stand_in);
        }
      }
      copy_one(std::move(wanted));
      if (!is_deep) run_tasks(before.tasks);
      if (is_outermost) {
        keep_promises(before);
        outermost_frame_ = 0;
      }
    }
    OURO_CATCH_ALL {
      undo(before);
      if (is_outermost) outermost_frame_ = 0;
      OURO_RETHROW;
    }
    return copies_.at(from).copy;
  }

  /// The first edge that was seen is to be the next one.
  template <class List>
  static void reverse_from(std::size_t first, List& list) noexcept {
    for (std::size_t last = list.size(); first + 1 < last;) std::swap(list[first++], list[--last]);
  }

  /// Makes copies until there are no more tasks than `left`.
  void run_tasks(std::size_t left) {
    while (tasks_.size() != left) {
      task next = std::move(tasks_.back());
      tasks_.pop_back();
      if (next.original == nullptr) {
        change_edges(next.number);
      } else {
        copy_one(std::move(next));
      }
    }
  }

  /// \post what the copy's edges lead to, and then the changing of these edges, are the next tasks
  void copy_one(task wanted) {
    header_type& from = header_of(wanted.original);
    if (copies_.find(from) != nullptr) return;
    const detail::clone_record& how = *wanted.how;
    pointer<void> copy;
    {
      const open_object copies_itself{*this, how.copies_itself ? &from : nullptr};
      copy = detail::pointer_access::take<pointer<void>>(how.deepcopy(from.object(), this));
    }
    const std::size_t number = copies_.add(from, std::move(copy), how.edges, !how.copies_itself);
    if (how.copies_itself || how.edges->see == nullptr) return;
    copies_[number].is_immutable = wanted.is_immutable;
    tasks_.push_back({nullptr, nullptr, false, number});
    const std::size_t first = tasks_.size();
    looking_for_ = looking_for::objects;
    how.edges->see(copies_[number].copy.get(), this);
    reverse_from(first, tasks_);
  }

  void change_edges(std::size_t number) {
    auto& done = copies_[number];
    has_changed_ = false;
    done.edges->rewire(done.copy.get(), this);
    if (!done.is_immutable || has_changed_ || done.copy.use_count() != 1) return;
    done.copy = done.original;
  }

  /// Copies an object that copies itself after those behind it that do.
  void prepare(const task& wanted) {
    const std::size_t base = steps_.size();
    steps_.push_back({wanted});
    while (steps_.size() != base) {
      const std::size_t top = steps_.size() - 1;
      mark before = here();
      before.steps = top;
      OURO_TRY { take_step(top); }
      OURO_CATCH_ALL {
        if (top == base) OURO_RETHROW;
        undo(before);  // no `deep_copy` has asked for it; one that does gets the exception
      }
    }
  }

  void take_step(std::size_t top) {
    header_type& object = header_of(steps_[top].object.original);
    if (steps_[top].is_open) {
      task wanted = std::move(steps_[top].object);
      open_.erase(&object);
      steps_.pop_back();
      copy_one(std::move(wanted));
    } else if (copies_.find(object) != nullptr || open_.find(&object) != nullptr) {
      steps_.pop_back();
    } else {
      open_[&object] = true;
      steps_[top].is_open = true;
      const detail::edge_record& edges_of_object = *steps_[top].object.how->edges;
      if (edges_of_object.see == nullptr) return;
      looking_for_ = looking_for::objects_that_copy_themselves;
      edges_of_object.see(object.object(), this);
      reverse_from(top + 1, steps_);
    }
  }

  [[nodiscard]] pointer<void> stand_in_for(task wanted, std::size_t bytes) {
    if (const auto* const given = promises_.find(wanted.original); given != nullptr) return given->stand_in;
    const pointer<void> stand_in = promises_.give(wanted.original, bytes);
    tasks_.push_back(std::move(wanted));
    return stand_in;
  }

  /// What to put in the place of a stand-in. \throws copy_unfinished if members `deep_copy` return nothing but each
  /// other's copies
  [[nodiscard]] const pointer<void>& copy_behind(const pointer<void>& copy) {
    const pointer<void>* now = &copy;
    for (std::size_t left = promises_.size(); *now != nullptr; --left) {
      const auto* const given = promises_.find_kept_by(header_of(*now));
      if (given == nullptr) break;
      if (left == 0) promised_copies::break_promise(*given);
      now = &copies_.at(header_of(given->original)).copy;
    }
    return *now;
  }

  /// Puts the copies in the place of what stands for them. \throws copy_unfinished
  void keep_promises(const mark& since) {
    if (promises_.size() == since.promises) return;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      copies_[i].copy = pointer<void>{copy_behind(copies_[i].copy)};
    }
    is_replacing_stand_ins_ = true;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      if (copies_[i].has_edges()) copies_[i].edges->rewire(copies_[i].copy.get(), this);
    }
    is_replacing_stand_ins_ = false;
    promises_.check_kept(since.promises);
    promises_.shrink(since.promises);
  }

  /// Makes the memo what it was.
  void undo(const mark& to) noexcept {
    is_replacing_stand_ins_ = false;
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(to.tasks), tasks_.end());
    for (; steps_.size() != to.steps; steps_.pop_back()) {
      if (steps_.back().is_open) open_.erase(&header_of(steps_.back().object.original));
    }
    looking_for_ = looking_for::nothing;
    copies_.shrink(to.copies, [this](const auto& each) { each.edges->see(each.copy.get(), this); });
    promises_.shrink(to.promises);
  }

  /// Of an object, or of a copy that goes: then it becomes null.
  template <class Edge>
  void see(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (detail::block_of(edge) != nullptr) see_block(edge, detail::block_of(edge));
    }
  }

  template <class Edge, class T>
  void see_block(Edge& edge, const pointer<T>& block) {
    header_type& target = *detail::header_of<RefcountPolicy>(block.get());
    if (looking_for_ == looking_for::nothing) {
      edge = Edge{};
    } else if (copies_.find(target) == nullptr) {
      if (looking_for_ == looking_for::objects) {
        const auto& how = detail::clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        tasks_.push_back({copied_objects::pointer_to(target), &how, detail::has_immutable_block<Edge>});
      } else {
        const auto* const how = detail::find_clone_record<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        if (how != nullptr && how->copies_itself) steps_.push_back({{copied_objects::pointer_to(target), how}});
      }
    }
  }

  /// Of a copy.
  template <class Edge>
  void change(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (detail::block_of(edge) != nullptr) change_block(edge, detail::block_of(edge));
    }
  }

  template <class Edge, class T>
  void change_block(Edge& edge, const pointer<T>& block) {
    header_type& target = *detail::header_of<RefcountPolicy>(block.get());
    const pointer<void>* const copy = replacement_of(target);
    if (copy == nullptr || *copy == target.object()) return;
    has_changed_ = true;
    pointer<T> changed = located(block, target, *copy);
    if constexpr (std::is_same_v<Edge, pointer<T>>) {
      edge = std::move(changed);
    } else if constexpr (detail::has_immutable_block<Edge>) {
      detail::edge_traits<Edge>::set_block(edge, std::move(changed));
    } else {
      const auto* const known = copies_.find(target);
      // It is unknown which part of a stand-in this is: it stays, and the check finds that it has stayed.
      if (known != nullptr)
        detail::edge_traits<Edge>::set_block(edge, std::move(changed), known->edges->bytes(target.object()));
    }
  }

  [[nodiscard]] const pointer<void>* replacement_of(header_type& target) {
    if (is_replacing_stand_ins_) {
      const auto* const given = promises_.find_kept_by(target);
      return given == nullptr ? nullptr : &copy_behind(given->stand_in);
    }
    const auto* const known = copies_.find(target);
    return known == nullptr ? nullptr : &known->copy;
  }

  copied_objects copies_;
  std::vector<task> tasks_;               ///< the next one is the last
  std::vector<step> steps_;               ///< of `prepare`, the next one is the last
  detail::local_address_map<bool> open_;  ///< objects whose `deep_copy` runs, and those of open steps
  promised_copies promises_;
  std::uintptr_t outermost_frame_ = 0;  ///< where the stack of the first of nested calls begins
  looking_for looking_for_ = looking_for::objects;
  bool has_changed_ = false;             ///< whether any edge is another one than before
  bool is_replacing_stand_ins_ = false;  ///< the walk replaces stand-ins, not originals
  detail::nesting within_;               ///< of the walk over an object's edges
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
