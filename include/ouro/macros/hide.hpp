/// \file
/// Undefines macros of the program whose names the library uses (`min`, `slots`, `check`, `T`); restore.hpp defines
/// them again. Each header includes this file behind its other includes.

// Has no include guard, since each header includes it. Three lists must be equal: the names that are tested, those that
// are undefined, and those that restore.hpp defines again. tests/users_macros.py compares them.
#if defined(OURO_MACROS_ARE_HIDDEN)
#error "ouro: a header includes another one behind macros/hide.hpp, or ends without macros/restore.hpp"
#endif
#if defined(A) || defined(B) || defined(C) || defined(D) || defined(E) || defined(F) || defined(G) || defined(H) ||   \
    defined(I) || defined(J) || defined(K) || defined(L) || defined(M) || defined(N) || defined(O) || defined(P) ||   \
    defined(Q) || defined(R) || defined(S) || defined(T) || defined(U) || defined(V) || defined(W) || defined(X) ||   \
    defined(Y) || defined(Z) || defined(all) || defined(always_inline) || defined(bit) || defined(byte) ||            \
    defined(check) || defined(debug) || defined(delete) || defined(each) || defined(free) || defined(header) ||       \
    defined(huge) || defined(in) || defined(index) || defined(info) || defined(length) || defined(likely) ||          \
    defined(max) || defined(min) || defined(minor) || defined(new) || defined(nodiscard) || defined(noinline) ||      \
    defined(noreturn) || defined(out) || defined(realloc) || defined(round) || defined(self) || defined(slots) ||     \
    defined(swap) || defined(table) || defined(trace) || defined(unlikely) || defined(used) || defined(visibility) || \
    defined(word)
#define OURO_MACROS_ARE_HIDDEN
#pragma push_macro("A")
#pragma push_macro("B")
#pragma push_macro("C")
#pragma push_macro("D")
#pragma push_macro("E")
#pragma push_macro("F")
#pragma push_macro("G")
#pragma push_macro("H")
#pragma push_macro("I")
#pragma push_macro("J")
#pragma push_macro("K")
#pragma push_macro("L")
#pragma push_macro("M")
#pragma push_macro("N")
#pragma push_macro("O")
#pragma push_macro("P")
#pragma push_macro("Q")
#pragma push_macro("R")
#pragma push_macro("S")
#pragma push_macro("T")
#pragma push_macro("U")
#pragma push_macro("V")
#pragma push_macro("W")
#pragma push_macro("X")
#pragma push_macro("Y")
#pragma push_macro("Z")
#pragma push_macro("all")
#pragma push_macro("always_inline")
#pragma push_macro("bit")
#pragma push_macro("byte")
#pragma push_macro("check")
#pragma push_macro("debug")
#pragma push_macro("delete")
#pragma push_macro("each")
#pragma push_macro("free")
#pragma push_macro("header")
#pragma push_macro("huge")
#pragma push_macro("in")
#pragma push_macro("index")
#pragma push_macro("info")
#pragma push_macro("length")
#pragma push_macro("likely")
#pragma push_macro("max")
#pragma push_macro("min")
#pragma push_macro("minor")
#pragma push_macro("new")
#pragma push_macro("nodiscard")
#pragma push_macro("noinline")
#pragma push_macro("noreturn")
#pragma push_macro("out")
#pragma push_macro("realloc")
#pragma push_macro("round")
#pragma push_macro("self")
#pragma push_macro("slots")
#pragma push_macro("swap")
#pragma push_macro("table")
#pragma push_macro("trace")
#pragma push_macro("unlikely")
#pragma push_macro("used")
#pragma push_macro("visibility")
#pragma push_macro("word")
#undef A
#undef B
#undef C
#undef D
#undef E
#undef F
#undef G
#undef H
#undef I
#undef J
#undef K
#undef L
#undef M
#undef N
#undef O
#undef P
#undef Q
#undef R
#undef S
#undef T
#undef U
#undef V
#undef W
#undef X
#undef Y
#undef Z
#undef all
#undef always_inline
#undef bit
#undef byte
#undef check
#undef debug
#undef delete
#undef each
#undef free
#undef header
#undef huge
#undef in
#undef index
#undef info
#undef length
#undef likely
#undef max
#undef min
#undef minor
#undef new
#undef nodiscard
#undef noinline
#undef noreturn
#undef out
#undef realloc
#undef round
#undef self
#undef slots
#undef swap
#undef table
#undef trace
#undef unlikely
#undef used
#undef visibility
#undef word
#endif
