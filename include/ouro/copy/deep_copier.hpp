#pragma once
/// \file
/// The algorithm of a deep copy.
///
/// Copies are made depth first, as CPython makes them: an object is copied, then all that its first edge leads to, then
/// all that its second edge leads to; last, the edges of the copy are changed to point to copies. An explicit stack of
/// tasks replaces the recursion.
///
/// Only members `deep_copy` recurse: one asks the memo for a copy, and the memo calls another one. While they use less
/// than `most_stack` bytes of stack, each is called when CPython's `__deepcopy__` would be. Beyond that, before an
/// object with a `deep_copy` is copied, a depth-first walk over the edges finds all objects with a `deep_copy` that it
/// reaches. They are copied in postorder, so that each finds the copies that it asks for. A cycle has no such order:
/// there the memo gives out a placeholder, and replaces it by the copy at the end.

#include <ouro/base/address_map.hpp>
#include <ouro/base/stack_level.hpp>
#include <ouro/config.hpp>
#include <ouro/copy/clone.hpp>
#include <ouro/copy/copied_edges.hpp>
#include <ouro/copy/copied_objects.hpp>
#include <ouro/copy/copy_placeholders.hpp>
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

namespace ouro::detail {

/// The part of a `deepcopy_memo` that makes copies.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class deep_copier {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;
  using memo_type = deepcopy_memo<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

 public:
  using edges = copied_edges<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  /// \see deepcopy_memo::most_stack
  static constexpr std::size_t most_stack = std::size_t{128} << 10;

  explicit deep_copier(memo_type& memo) noexcept : memo_{memo} {}
  deep_copier(const deep_copier&) = delete;
  deep_copier& operator=(const deep_copier&) = delete;
  ~deep_copier() = default;

  /// The copy of `given`; null for null. `is_immutable`: the object cannot change, and is its own copy unless one of
  /// its edges must change. \throws as `deepcopy_memo::copy_of`
  template <class T>
  [[nodiscard]] pointer<T> copy_block(const pointer<T>& given, bool is_immutable) {
    if (given == nullptr) return nullptr;
    const pointer<T> original = given;  // user code may change `given`
    header_type& from = *detail::header_of<RefcountPolicy>(original.get());
    if (const auto* const known = copies_.find(from); known != nullptr) return located(original, from, known->copy);
    const auto& how = clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(from);
    return located(original, from,
                   obtain({copied_objects::pointer_to(from), &how, is_immutable}, placeholder_bytes<T>()));
  }

  /// Remembers a copy that a `deep_copy` has begun. \throws std::bad_alloc
  void add(header_type& original, pointer<void> copy, const edge_record& record) {
    copies_.add(original, std::move(copy), &record, true);
  }

 private:
  friend edge_viewer<deep_copier>;
  friend edge_changer<deep_copier>;

  using copied_objects = detail::copied_objects<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using copy_placeholders = detail::copy_placeholders<RefcountPolicy, CollectorPolicy, AllocatorPolicy>;

  /// An object to copy; if `original` is null, a copy whose edges must be changed.
  struct task {
    pointer<void> original;
    const clone_record* how = nullptr;
    bool is_immutable = false;
    std::size_t number = 0;  ///< of the copy in `copies_`
  };

  /// An object on the stack of the walk in `prepare`.
  struct step {
    task object;
    bool is_open = false;  ///< the walk has visited its edges: their targets lie above it on the stack
  };

  /// While it lives, the `deep_copy` of the object runs.
  class open_object {
   public:
    open_object(deep_copier& in, header_type* object) : in_{in}, object_{object} {
      if (object != nullptr) in.open_[object] = true;
    }
    open_object(const open_object&) = delete;
    open_object& operator=(const open_object&) = delete;
    ~open_object() {
      if (object_ != nullptr) in_.open_.erase(object_);
    }

   private:
    deep_copier& in_;
    header_type* object_;
  };

  /// The lengths of the lists, to which `undo` shrinks them.
  struct mark {
    std::size_t copies;
    std::size_t tasks;
    std::size_t steps;
    std::size_t placeholders;
  };

  /// Which targets of edges `see` pushes to a stack; with `nothing`, it sets the edges to null.
  enum class looking_for { objects, objects_that_copy_themselves, nothing };

  [[nodiscard]] static header_type& header_of(const pointer<void>& of) noexcept {
    return *detail::header_of<RefcountPolicy>(of.get());
  }

  [[nodiscard]] mark here() const noexcept {
    return {copies_.size(), tasks_.size(), steps_.size(), placeholders_.size()};
  }

  template <class T>
  [[nodiscard]] static pointer<T> located(const pointer<T>& original, header_type& from, pointer<void> copy) noexcept {
    void* const object = copy.get();
    pointer_access::forget(copy);
    return at_same_offset(original, from.object(), object);
  }

  /// How large a placeholder for a copy must be, or 0 if there can be none: the header of an `interior_base` is found
  /// through the object.
  template <class T>
  [[nodiscard]] static consteval std::size_t placeholder_bytes() {
    if constexpr (interior_base<std::remove_cv_t<T>>) {
      return 0;
    } else if constexpr (std::is_void_v<T> || std::is_unbounded_array_v<T> || !is_complete<T>) {
      return 1;
    } else {
      return sizeof(T);
    }
  }

  /// Returns the copy, which it makes if there is none, or a placeholder. If it throws, the copier is unchanged.
  [[nodiscard]] OURO_NOINLINE pointer<void> obtain(task wanted, std::size_t placeholder_bytes) {
    const std::uintptr_t frame = stack_position();
    const in_stack_level level;
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
        } else if (placeholder_bytes != 0) {
          return placeholder_for(std::move(wanted), placeholder_bytes);
        }
      }
      copy_one(std::move(wanted));
      if (!is_deep) run_tasks(before.tasks);
      if (is_outermost) {
        replace_placeholders(before);
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

  /// Reverses the end of a stack, so that the first edge seen is on top.
  template <class List>
  static void reverse_from(std::size_t first, List& list) noexcept {
    for (std::size_t last = list.size(); first + 1 < last;) std::swap(list[first++], list[--last]);
  }

  /// Runs tasks until `left` of them remain.
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

  /// Copies one object. \post the next tasks are to copy the targets of the copy's edges and then to change these edges
  void copy_one(task wanted) {
    header_type& from = header_of(wanted.original);
    if (copies_.find(from) != nullptr) return;
    const clone_record& how = *wanted.how;
    pointer<void> copy;
    {
      const open_object copies_itself{*this, how.copies_itself ? &from : nullptr};
      copy = pointer_access::take<pointer<void>>(how.deepcopy(from.object(), &memo_));
    }
    const std::size_t number = copies_.add(from, std::move(copy), how.edges, !how.copies_itself);
    if (how.copies_itself || how.edges->see == nullptr) return;
    copies_[number].is_immutable = wanted.is_immutable;
    tasks_.push_back({nullptr, nullptr, false, number});
    const std::size_t first = tasks_.size();
    looking_for_ = looking_for::objects;
    how.edges->see(copies_[number].copy.get(), &memo_);
    reverse_from(first, tasks_);
  }

  void change_edges(std::size_t number) {
    auto& done = copies_[number];
    has_changed_ = false;
    done.edges->rewire(done.copy.get(), &memo_);
    if (!done.is_immutable || has_changed_ || done.copy.use_count() != 1) return;
    done.copy = done.original;
  }

  /// Copies an object with a `deep_copy`, after all such objects that it reaches.
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
        undo(before);  // no `deep_copy` has asked for this copy; one that does gets the exception
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
      const edge_record& edges_of_object = *steps_[top].object.how->edges;
      if (edges_of_object.see == nullptr) return;
      looking_for_ = looking_for::objects_that_copy_themselves;
      edges_of_object.see(object.object(), &memo_);
      reverse_from(top + 1, steps_);
    }
  }

  /// Returns a placeholder for the copy; the copy itself becomes the next task.
  [[nodiscard]] pointer<void> placeholder_for(task wanted, std::size_t bytes) {
    if (const auto* const known = placeholders_.find(wanted.original); known != nullptr) return known->placeholder;
    const pointer<void> made = placeholders_.make(wanted.original, bytes);
    tasks_.push_back(std::move(wanted));
    return made;
  }

  /// The copy that replaces `copy` if that is a placeholder. \throws copy_unfinished if members `deep_copy` return only
  /// each other's placeholders
  [[nodiscard]] const pointer<void>& copy_behind(const pointer<void>& copy) {
    const pointer<void>* now = &copy;
    for (std::size_t left = placeholders_.size(); *now != nullptr; --left) {
      const auto* const found = placeholders_.find_placeholder(header_of(*now));
      if (found == nullptr) break;
      if (left == 0) copy_placeholders::throw_unfinished(*found);
      now = &copies_.at(header_of(found->original)).copy;
    }
    return *now;
  }

  /// Replaces all placeholders made since by the copies that they represent. \throws copy_unfinished
  void replace_placeholders(const mark& since) {
    if (placeholders_.size() == since.placeholders) return;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      copies_[i].copy = pointer<void>{copy_behind(copies_[i].copy)};
    }
    is_replacing_placeholders_ = true;
    for (std::size_t i = since.copies; i != copies_.size(); ++i) {
      if (copies_[i].has_edges()) copies_[i].edges->rewire(copies_[i].copy.get(), &memo_);
    }
    is_replacing_placeholders_ = false;
    placeholders_.check_replaced(since.placeholders);
    placeholders_.shrink(since.placeholders);
  }

  /// Restores the state at the mark.
  void undo(const mark& to) noexcept {
    is_replacing_placeholders_ = false;
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(to.tasks), tasks_.end());
    for (; steps_.size() != to.steps; steps_.pop_back()) {
      if (steps_.back().is_open) open_.erase(&header_of(steps_.back().object.original));
    }
    looking_for_ = looking_for::nothing;
    copies_.shrink(to.copies, [this](const auto& each) { each.edges->see(each.copy.get(), &memo_); });
    placeholders_.shrink(to.placeholders);
  }

  /// Visits an edge of an original, or of a copy that `undo` drops.
  template <class Edge>
  void see(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (block_of(edge) != nullptr) see_block(edge, block_of(edge));
    }
  }

  template <class Edge, class T>
  void see_block(Edge& edge, const pointer<T>& block) {
    header_type& target = *detail::header_of<RefcountPolicy>(block.get());
    if (looking_for_ == looking_for::nothing) {
      if constexpr (std::is_move_assignable_v<Edge>) {
        edge = Edge{};
      } else {
        edge = nullptr;  // an atomic pointer
      }
    } else if (copies_.find(target) == nullptr) {
      if (looking_for_ == looking_for::objects) {
        const auto& how = clone_record_of<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        tasks_.push_back({copied_objects::pointer_to(target), &how, has_immutable_block<Edge>});
      } else {
        const auto* const how = find_clone_record<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>(target);
        if (how != nullptr && how->copies_itself) steps_.push_back({{copied_objects::pointer_to(target), how}});
      }
    }
  }

  /// Changes an edge of a copy to point to the copy of its target.
  template <class Edge>
  void change(Edge& edge) {
    if constexpr (!edges::template is_shared<Edge>()) {
      if (block_of(edge) != nullptr) change_block(edge, block_of(edge));
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
    } else if constexpr (requires { edge_traits<Edge>::set_block(edge, std::move(changed)); }) {
      edge_traits<Edge>::set_block(edge, std::move(changed));
    } else {
      const auto* const known = copies_.find(target);
      // An alias of part of a placeholder: the part is unknown. It stays, so that `check_replaced` reports it.
      if (known != nullptr)
        edge_traits<Edge>::set_block(edge, std::move(changed), known->edges->bytes(target.object()));
    }
  }

  /// What replaces a pointer to `target`; null if nothing does.
  [[nodiscard]] const pointer<void>* replacement_of(header_type& target) {
    if (is_replacing_placeholders_) {
      const auto* const found = placeholders_.find_placeholder(target);
      return found == nullptr ? nullptr : &copy_behind(found->placeholder);
    }
    const auto* const known = copies_.find(target);
    return known == nullptr ? nullptr : &known->copy;
  }

  memo_type& memo_;  ///< the owner
  copied_objects copies_;
  std::vector<task> tasks_;       ///< a stack
  std::vector<step> steps_;       ///< the stack of `prepare`
  local_address_map<bool> open_;  ///< objects whose `deep_copy` runs, and objects of open steps
  copy_placeholders placeholders_;
  std::uintptr_t outermost_frame_ = 0;  ///< stack position of the outermost call of `obtain`; 0 if none runs
  looking_for looking_for_ = looking_for::objects;
  bool has_changed_ = false;                ///< whether `change` has changed an edge
  bool is_replacing_placeholders_ = false;  ///< `change` replaces placeholders, not originals
  nesting within_;                          ///< the walk over an object's edges uses it
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
