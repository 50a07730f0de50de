#pragma once
/// \file
/// Names the members of an aggregate by structured bindings. Written by packaging/member_bindings.py.
///
/// Structured bindings take a literal number of names before C++26, and so there is a branch for each number. A program
/// may have files of both standards, which must agree on the function.

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Stands for a member that is a reference: what that leads to is no part of the object.
struct elsewhere {};
inline constexpr elsewhere is_elsewhere{};

/// Calls `use` with members whose types are `Declared`, as const: with `elsewhere` in place of references.
template <class Use, class... Declared>
struct use_without_references {
  constexpr decltype(auto) operator()(const std::remove_reference_t<Declared>&... members) const {
    return use(own<Declared>(members)...);
  }

  template <class Member>
  [[nodiscard]] static constexpr const auto& own(const std::remove_reference_t<Member>& member) noexcept {
    if constexpr (std::is_reference_v<Member>) {
      return is_elsewhere;
    } else {
      return member;
    }
  }

  Use& use;
};

/// `use`, or what stands for it where some of the types of the members are references.
template <class... Declared, class Use>
[[nodiscard]] constexpr decltype(auto) without_references(Use& use) noexcept {
  if constexpr ((std::is_reference_v<Declared> || ...)) {
    return use_without_references<Use, Declared...>{use};
  } else {
    return (use);
  }
}

/// `sees_members` says no of aggregates with more.
inline constexpr std::size_t most_members = 64;

// clang-format off

/// Returns `use(members...)`, the members in the order of their declaration, as lvalues; if some are references, all as
/// const, and `elsewhere` in the places of these. \pre `object` has `Count` members, and no more than `most_members`
template <std::size_t Count, class T, class Use>
constexpr decltype(auto) bind_members(T& object, Use&& use) {
  if constexpr (Count == 0) {
    return use();
  } else if constexpr (Count <= 8) {
    if constexpr (Count == 1) {
      auto& [m1] = object;
      return without_references<decltype(m1)>(use)(m1);
    } else if constexpr (Count == 2) {
      auto& [m1, m2] = object;
      return without_references<decltype(m1), decltype(m2)>(use)(m1, m2);
    } else if constexpr (Count == 3) {
      auto& [m1, m2, m3] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3)>(use)(m1, m2, m3);
    } else if constexpr (Count == 4) {
      auto& [m1, m2, m3, m4] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4)>(use)(m1, m2, m3, m4);
    } else if constexpr (Count == 5) {
      auto& [m1, m2, m3, m4, m5] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5)>(use)(m1, m2, m3,
          m4, m5);
    } else if constexpr (Count == 6) {
      auto& [m1, m2, m3, m4, m5, m6] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
          decltype(m6)>(use)(m1, m2, m3, m4, m5, m6);
    } else if constexpr (Count == 7) {
      auto& [m1, m2, m3, m4, m5, m6, m7] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7)>(use)(m1, m2, m3, m4, m5, m6, m7);
    } else if constexpr (Count == 8) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8)>(use)(m1, m2, m3, m4, m5, m6, m7, m8);
    }
  } else if constexpr (Count <= 16) {
    if constexpr (Count == 9) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9);
    } else if constexpr (Count == 10) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
    } else if constexpr (Count == 11) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11)>(use)(m1, m2, m3, m4, m5, m6, m7, m8,
          m9, m10, m11);
    } else if constexpr (Count == 12) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12);
    } else if constexpr (Count == 13) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13)>(use)(m1,
          m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
    } else if constexpr (Count == 14) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
    } else if constexpr (Count == 15) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
    } else if constexpr (Count == 16) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16);
    }
  } else if constexpr (Count <= 24) {
    if constexpr (Count == 17) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17);
    } else if constexpr (Count == 18) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
    } else if constexpr (Count == 19) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19);
    } else if constexpr (Count == 20) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
          decltype(m20)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
          m20);
    } else if constexpr (Count == 21) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21);
    } else if constexpr (Count == 22) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
          m22] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22);
    } else if constexpr (Count == 23) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
          m23] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23);
    } else if constexpr (Count == 24) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24);
    }
  } else if constexpr (Count <= 32) {
    if constexpr (Count == 25) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25);
    } else if constexpr (Count == 26) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26);
    } else if constexpr (Count == 27) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26),
          decltype(m27)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27);
    } else if constexpr (Count == 28) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28);
    } else if constexpr (Count == 29) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29);
    } else if constexpr (Count == 30) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30);
    } else if constexpr (Count == 31) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
    } else if constexpr (Count == 32) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29,
          m30, m31, m32);
    }
  } else if constexpr (Count <= 40) {
    if constexpr (Count == 33) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27,
          m28, m29, m30, m31, m32, m33);
    } else if constexpr (Count == 34) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33),
          decltype(m34)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34);
    } else if constexpr (Count == 35) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35);
    } else if constexpr (Count == 36) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36);
    } else if constexpr (Count == 37) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36,
          m37);
    } else if constexpr (Count == 38) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33,
          m34, m35, m36, m37, m38);
    } else if constexpr (Count == 39) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29,
          m30, m31, m32, m33, m34, m35, m36, m37, m38, m39);
    } else if constexpr (Count == 40) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27,
          m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40);
    }
  } else if constexpr (Count <= 48) {
    if constexpr (Count == 41) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40),
          decltype(m41)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41);
    } else if constexpr (Count == 42) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42);
    } else if constexpr (Count == 43) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39,
          m40, m41, m42, m43);
    } else if constexpr (Count == 44) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43,
          m44] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36,
          m37, m38, m39, m40, m41, m42, m43, m44);
    } else if constexpr (Count == 45) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44,
          m45] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33,
          m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45);
    } else if constexpr (Count == 46) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29,
          m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46);
    } else if constexpr (Count == 47) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27,
          m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47);
    } else if constexpr (Count == 48) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47),
          decltype(m48)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48);
    }
  } else if constexpr (Count <= 56) {
    if constexpr (Count == 49) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48, m49);
    } else if constexpr (Count == 50) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39,
          m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50);
    } else if constexpr (Count == 51) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36,
          m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51);
    } else if constexpr (Count == 52) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33,
          m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52);
    } else if constexpr (Count == 53) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29,
          m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51,
          m52, m53);
    } else if constexpr (Count == 54) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27,
          m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49,
          m50, m51, m52, m53, m54);
    } else if constexpr (Count == 55) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54),
          decltype(m55)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55);
    } else if constexpr (Count == 56) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56);
    }
  } else if constexpr (Count <= 64) {
    if constexpr (Count == 57) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39,
          m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57);
    } else if constexpr (Count == 58) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14,
          m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36,
          m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58);
    } else if constexpr (Count == 59) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11,
          m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33,
          m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55,
          m56, m57, m58, m59);
    } else if constexpr (Count == 60) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59), decltype(m60)>(use)(m1, m2, m3, m4, m5, m6, m7,
          m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29,
          m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51,
          m52, m53, m54, m55, m56, m57, m58, m59, m60);
    } else if constexpr (Count == 61) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59), decltype(m60), decltype(m61)>(use)(m1, m2, m3, m4,
          m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27,
          m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45, m46, m47, m48, m49,
          m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61);
    } else if constexpr (Count == 62) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59), decltype(m60), decltype(m61),
          decltype(m62)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62);
    } else if constexpr (Count == 63) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59), decltype(m60), decltype(m61), decltype(m62),
          decltype(m63)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
          m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42,
          m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63);
    } else if constexpr (Count == 64) {
      auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
          m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39, m40, m41, m42, m43, m44, m45,
          m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61, m62, m63, m64] = object;
      return without_references<decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5), decltype(m6),
          decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11), decltype(m12), decltype(m13),
          decltype(m14), decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19), decltype(m20),
          decltype(m21), decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26), decltype(m27),
          decltype(m28), decltype(m29), decltype(m30), decltype(m31), decltype(m32), decltype(m33), decltype(m34),
          decltype(m35), decltype(m36), decltype(m37), decltype(m38), decltype(m39), decltype(m40), decltype(m41),
          decltype(m42), decltype(m43), decltype(m44), decltype(m45), decltype(m46), decltype(m47), decltype(m48),
          decltype(m49), decltype(m50), decltype(m51), decltype(m52), decltype(m53), decltype(m54), decltype(m55),
          decltype(m56), decltype(m57), decltype(m58), decltype(m59), decltype(m60), decltype(m61), decltype(m62),
          decltype(m63), decltype(m64)>(use)(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17,
          m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39,
          m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60, m61,
          m62, m63, m64);
    }
  }
}

// clang-format on

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
