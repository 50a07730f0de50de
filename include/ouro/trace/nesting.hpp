#pragma once
/// \file
/// Bounds the stack that a walk over the edges of one object uses, however deep the parts of the object are nested.

#include <ouro/base/raw_array.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <limits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

class nesting;
class survey_sink;
struct edge_verbs;

/// A walk over the edges of one object, as all visitors that take part in it know it.
struct walk {
  const void* see_edge;  ///< the `SeeEdge` of the visitor that began it
  /// Hands it an edge of a type that it does not know. Null if it must know the types of edges.
  void (*see_any)(const void* see_edge, void* edge, const edge_verbs& verbs);
  nesting* within;
  survey_sink* surveys = nullptr;  ///< of a survey (survey.hpp); null in other walks
};

/// How deep a walk has gone into the parts of an object: a chain of `std::unique_ptr` may have a million links. What
/// lies too deep is put off until the walk has come back to the outermost part.
class nesting {
 public:
  static constexpr std::size_t most_levels = 32;

  /// A part that was put off. It lies still until the walk is over. `see` is given the walk, since the visitor that put
  /// the part off may have gone.
  struct part {
    void* at;
    void (*see)(const walk& of, void* at);
  };

  nesting() = default;
  nesting(const nesting&) = delete;
  nesting& operator=(const nesting&) = delete;
  ~nesting() { put_off_.release(); }

  /// Whether the next part must be put off.
  [[nodiscard]] OURO_ALWAYS_INLINE bool is_full() const noexcept { return level_ >= most_; }

  /// False when memory is exhausted.
  [[nodiscard]] bool put_off(const part& later) noexcept { return put_off_.push(later); }

  [[nodiscard]] OURO_ALWAYS_INLINE bool has_parts() const noexcept { return put_off_.size != 0; }

  /// The part that was put off last. \pre `has_parts()`
  [[nodiscard]] part take() noexcept { return put_off_.items[--put_off_.size]; }

  /// The walk is inside a part for as long as this lives. Where an exception ends the walk, the outermost level forgets
  /// what was put off.
  class level {
   public:
    OURO_ALWAYS_INLINE explicit level(nesting& in) noexcept : in_{in} { ++in_.level_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;
    OURO_ALWAYS_INLINE ~level() {
      if (--in_.level_ == 0) in_.put_off_.size = 0;
    }

    [[nodiscard]] OURO_ALWAYS_INLINE bool is_outermost() const noexcept { return in_.level_ == 1; }

   private:
    nesting& in_;
  };

  /// Nothing is put off for as long as this lives: the parts will be moved.
  class unlimited {
   public:
    explicit unlimited(nesting& in) noexcept : in_{in}, most_before_{in.most_} {
      in_.most_ = std::numeric_limits<std::size_t>::max();
    }
    unlimited(const unlimited&) = delete;
    unlimited& operator=(const unlimited&) = delete;
    ~unlimited() { in_.most_ = most_before_; }

   private:
    nesting& in_;
    std::size_t most_before_;
  };

 private:
  std::size_t level_ = 0;
  std::size_t most_ = most_levels;
  raw_array<part> put_off_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
