#pragma once
/// \file
/// The objects of the graph fuzzer that copy themselves.

#include <fuzz/graph/behaviour.hpp>
#include <fuzz/graph/nodes.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>

namespace ouro::fuzz {

/// A node with a member deep_copy, which does what it was made to do before it returns.
template <class Kit>
struct copier final : plain_node<Kit> {
  using base = plain_node<Kit>;
  using itself = typename base::memory::template ptr<copier>;

  copier(graph<Kit>& of, behaviour when_copied, std::size_t with)
      : base{of, behaviour::nothing, with}, at_copy{when_copied} {}
  copier(const copier&) = default;
  copier& operator=(const copier&) = delete;
  ~copier() override = default;

  [[nodiscard]] itself deep_copy(auto& memo) const {
    const itself made = base::memory::template make<copier>(*this);
    memo.remember(*this, made);
    made->left = memo.copy_of(this->left);
    if (at_copy != behaviour::nothing) this->in.oracle.disturb();
    this->in.act(at_copy, this->arg, nullptr, moment::birth);
    if (at_copy == behaviour::throws) throw 7;
    made->right = memo.copy_of(this->right);
    return made;
  }

  void trace(auto&& visit) { base::trace(visit); }

  behaviour at_copy;
};

}  // namespace ouro::fuzz

template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::copier<Kit>> = true;
