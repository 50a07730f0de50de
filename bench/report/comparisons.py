"""What is published: ouro's figures beside those of its peers, in words."""

from typing import NamedTuple, Optional

from goals import find
from records import Median, Medians
from table import figure
from words import name_of

DEFAULT = "ouro_default"
MALLOCS = ("mimalloc", "snmalloc", "tcmalloc")


class Comparison(NamedTuple):
    words: str
    question: str
    ouro: str
    peers: tuple[str, ...]


def on(peer: str, *allocators: str) -> tuple[str, ...]:
    return tuple(f"{peer} on {allocator}" for allocator in allocators)


COMPARISONS = {
    "Copy and drop a pointer": [
        Comparison("`no_collector`, one object", "one_object", "ouro_plain", ("by_hand", "intrusive_unsafe", "local_shared")),
        Comparison("a type that cannot form cycles, one object", "one_object", DEFAULT, ("by_hand", "intrusive_unsafe")),
        Comparison("a type that can form cycles, one object", "one_object", "ouro_default cyclic",
                   ("by_hand", "intrusive_unsafe", "shared", "shared_threaded")),
        Comparison("`atomic_refcount`, one object", "one_object", "ouro_atomic", ("intrusive_safe", "shared_threaded")),
        Comparison("`biased_refcount`, one object, on its owner thread", "one_object", "ouro_biased",
                   ("intrusive_safe", "shared_threaded")),
        Comparison("`no_collector`, a million objects in random order", "million_objects", "ouro_plain",
                   ("by_hand", "intrusive_unsafe", "shared")),
        Comparison("a type that can form cycles, a million objects", "million_objects", "ouro_default cyclic",
                   ("by_hand", "intrusive_unsafe", "shared", "shared_threaded")),
    ],
    "Make and drop objects": [
        *[Comparison(f"one object of {size} bytes", f"pair/{size}", DEFAULT,
                     ("shared", "unique", *on("unique", *MALLOCS), "free_list")) for size in (16, 64, 512)],
        Comparison("a thousand objects of 64 bytes, then drop them in order", "thousand/64", DEFAULT,
                   ("shared", "unique", *on("shared", "mimalloc"), *on("unique", *MALLOCS))),
        *[Comparison(f"random lifetimes, 16 to 512 bytes, {words} alive", f"churn/{live}", DEFAULT,
                     ("intrusive", *on("intrusive", *MALLOCS))) for words, live in (("10⁵", 100000), ("10⁷", 10000000))],
        Comparison("a list, dropped from its head", "list", DEFAULT,
                   ("intrusive_unsafe", "shared", *on("intrusive_unsafe", "mimalloc"))),
        Comparison("drop a list of a million, made in order", "drop_in_order", DEFAULT,
                   ("intrusive_unsafe", *on("intrusive_unsafe", *MALLOCS))),
        Comparison("drop a list of a million, linked in random order", "drop_shuffled", DEFAULT,
                   ("intrusive_unsafe", *on("intrusive_unsafe", *MALLOCS))),
        Comparison("binary trees without parent pointers", "plain_trees", DEFAULT,
                   ("shared", "unique", *on("shared", "mimalloc"), *on("intrusive_unsafe", "mimalloc"),
                    *on("unique", "mimalloc"))),
        *[Comparison(f"one thread makes, another drops, {words}", f"across_threads/{size}", "ouro_atomic",
                     ("intrusive_safe", *on("intrusive_safe", *MALLOCS)))
          for words, size in (("64 bytes", 64), ("16 to 512 bytes", 0))],
    ],
    "Collect cycles": [
        *[Comparison(words, question, "ouro", ("bdwgc", "Go", "Nim ORC", "CPython", "PHP")) for words, question in (
            ("collect cycles of two objects", "cyc_collect"), ("make, drop and collect cycles of two objects", "cyc_whole"),
            ("collect a ring of a million objects", "ring"), ("collect a grid of a million objects", "grid"),
            ("a full collection of a million living objects", "scan"),
            ("overwrite a pointer in a living graph, automatic collections on", "churn_on"))],
        *[Comparison(words, f"pause_{question}/{live}", "ouro",
                     ("bdwgc", "Go", "Java 17 Serial", "Java 17 G1", "Nim ORC", "CPython", "PHP"))
          for live, among in ((1_000_000, "10⁶"), (10_000_000, "10⁷"))
          for words, question in ((f"median pause beside {among} living objects", "median"),
                                  (f"99.9th percentile of these pauses, {among}", "p999"))],
    ],
    "Whole programs": [
        Comparison("binary trees with parent pointers", "trees", "ouro",
                   ("Java 17 Serial", "Java 17 G1", "bdwgc", "Go", "Nim ORC", "CPython", "PHP")),
        Comparison("GCBench (Ellis, Kovac, Boehm)", "gcbench", "ouro",
                   ("Java 17 Serial", "Java 17 G1", "bdwgc", "Go", "Nim ORC", "CPython")),
        *[Comparison(f"Lox, `{program}`", f"clox_{program}", "ouro", ("clox",)) for program in (
            "binary_trees", "closures", "equality", "fib", "instantiation", "invocation", "method_call", "properties",
            "string_equality", "trees", "zoo", "zoo_batch")],
    ],
    "Find an interned string": [
        *[Comparison(f"one of {words}", f"found/{count}", "ouro",
                     ("flat_hash_set", "node_hash_set", "unordered_set", "flyweight_bare", "flyweight_default"))
          for words, count in (("10³", 1000), ("10⁵", 100000), ("10⁶", 1000000))],
        *[Comparison(f"one of {words}, 16 at a time", f"found/{count}", "ouro_batch", ("flat_hash_set", "node_hash_set"))
          for words, count in (("10³", 1000), ("10⁵", 100000), ("10⁶", 1000000))],
    ],
    "Memory and building": [
        *[Comparison(f"bytes for an object of {size} bytes", f"bytes_per_object/{size}", "ouro",
                     ("shared_ptr", "intrusive_ptr")) for size in (16, 24, 32, 48)],
        Comparison("bytes of a pointer", "bytes_per_handle", "ouro", ("shared_ptr", "intrusive_ptr")),
        Comparison("machine code for one more type", "code_per_type", "ouro", ("shared_ptr",)),
        Comparison("the same, `no_collector`", "code_per_type", "ouro, no collector", ("shared_ptr",)),
        Comparison("compile 100 types", "compile_time", "ouro", ("shared_ptr",)),
        Comparison("compile 100 types, `no_collector`", "compile_time", "ouro, no collector", ("shared_ptr",)),
        Comparison("compile a file that includes the header alone", "include_time", "ouro", ("memory and vector",)),
        Comparison("the same, `ouro/fwd.hpp`", "include_time", "ouro, fwd.hpp", ("memory and vector", "empty file")),
    ],
}

class Lead(NamedTuple):
    """One bar of the picture that the README shows."""

    words: str
    question: str
    ouro: str
    peer: str


LEADS = [
    Lead("copying a pointer", "one_object", "ouro_default cyclic", "shared_threaded"),
    Lead("copying a pointer", "one_object", "ouro_default cyclic", "intrusive_unsafe"),
    Lead("making and dropping 64 bytes", "pair/64", DEFAULT, "shared"),
    Lead("making and dropping 64 bytes", "pair/64", DEFAULT, "unique on mimalloc"),
    Lead("random lifetimes", "churn/100000", DEFAULT, "intrusive on mimalloc"),
    Lead("dropping on another thread", "across_threads/64", "ouro_atomic", "intrusive_safe"),
    Lead("dropping on another thread", "across_threads/64", "ouro_atomic", "intrusive_safe on snmalloc"),
    Lead("making and collecting cycles", "cyc_whole", "ouro", "CPython"),
    Lead("making and collecting cycles", "cyc_whole", "ouro", "Nim ORC"),
    Lead("making and collecting cycles", "cyc_whole", "ouro", "bdwgc"),
    Lead("trees with parent pointers", "trees", "ouro", "Nim ORC"),
    Lead("trees with parent pointers", "trees", "ouro", "bdwgc"),
    Lead("trees with parent pointers", "trees", "ouro", "Java 17 Serial"),
    Lead("finding an interned string", "found/1000000", "ouro", "flat_hash_set"),
    Lead("compiling 100 types", "compile_time", "ouro", "shared_ptr"),
]


def figures(medians: Medians, question: str, ouro: str, peer: str) -> Optional[tuple[Median, Median]]:
    """Ours and theirs; None where one was not measured, or is nothing."""
    ours, theirs = medians.get(question, {}).get(ouro), find(medians, question, peer)
    return (ours, theirs) if ours and theirs and theirs.value and ours.value else None


def amount(found: Median) -> str:
    return f"{figure(found.value)} {found.unit.replace('us', 'µs')}"


def ratio_of(ours: Median, theirs: Median) -> str:
    """Bold where ouro takes more."""
    ratio = ours.value / theirs.value
    shown = figure(ratio) if ratio >= 0.01 else "< 0.01"
    return f"**{shown}**" if ratio > 1 else shown


def markdown(medians: Medians) -> str:
    """One table a group, one row a question. Each peer with ouro's figure by its own, bold where ouro takes more."""
    parts = []
    for group, comparisons in COMPARISONS.items():
        rows = []
        for each in comparisons:
            cells = []
            for peer in each.peers:
                if found := figures(medians, each.question, each.ouro, peer):
                    ours, theirs = found
                    cells.append(f"{name_of(peer)} {amount(theirs)} ({ratio_of(ours, theirs)})")
            if cells:
                rows.append(f"| {each.words} | {amount(medians[each.question][each.ouro])} | {'; '.join(cells)} |")
        if rows:
            parts.append("\n".join([f"### {group}", "", "| | ouro | peers |", "| --- | --: | --- |", *rows]) + "\n")
    return "\n".join(parts)


def leads(medians: Medians) -> list[tuple[Lead, float]]:
    """How many times ouro's figure the peer's is."""
    found = [(lead, figures(medians, lead.question, lead.ouro, lead.peer)) for lead in LEADS]
    return [(lead, both[1].value / both[0].value) for lead, both in found if both]


def losses(medians: Medians) -> str:
    """Where the picture shows that a peer takes less."""
    lost: dict[str, list[str]] = {}
    for lead, ratio in leads(medians):
        if ratio < 1:
            lost.setdefault(lead.words, []).append(f"{1 / ratio:.2g} times {name_of(lead.peer)}")
    return "; ".join(f"{words} ({', '.join(times)})" for words, times in lost.items())
