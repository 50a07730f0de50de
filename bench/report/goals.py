"""The goals: how ouro's figure must compare with a peer's in the same run."""

from typing import NamedTuple, Optional

from records import Median, Medians


class Goal(NamedTuple):
    """`ouro` at `question` is at most `limit` times `peer` at `beside`, or `limit` itself where there is no peer."""

    question: str
    ouro: str
    limit: float
    peer: str = ""
    beside: str = ""


class Judgement(NamedTuple):
    goal: Goal
    ouro: Median
    peer: Optional[Median]
    ratio: float

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.goal.limit


def on_sizes(question: str, sizes: tuple[int, ...], *goals: tuple[str, float, str]) -> list[Goal]:
    return [Goal(f"{question}/{size}", ouro, limit, peer) for size in sizes for ouro, limit, peer in goals]


GOALS = [
    Goal("one_object", "ouro_plain", 1.02, "by_hand"),
    Goal("one_object", "ouro_default", 1.05, "by_hand"),
    Goal("one_object", "ouro_default cyclic", 1.5, "by_hand"),
    Goal("one_object", "ouro_atomic", 1.0, "intrusive_safe"),
    Goal("one_object", "ouro_biased", 1.3, "ouro_plain"),
    Goal("million_objects", "ouro_plain", 1.05, "intrusive_unsafe"),
    *on_sizes("pair", (16, 64, 512), ("ouro_default", 0.17, "shared"), ("ouro_default", 0.6, "unique on tcmalloc"),
              ("ouro_default", 0.6, "unique on snmalloc")),
    *on_sizes("thousand", (64,), ("ouro_default", 0.45, "shared on mimalloc"), ("ouro_default", 1.0, "unique on tcmalloc"),
              ("ouro_default", 1.0, "unique on mimalloc")),
    Goal("churn/100000", "ouro_default", 0.7, "intrusive on mimalloc"),
    Goal("churn/10000000", "ouro_default", 1.0, "intrusive on snmalloc"),
    Goal("list", "ouro_default", 1.0, "intrusive_unsafe"),
    Goal("drop_in_order", "ouro_default", 1.1, "intrusive_unsafe on mimalloc"),
    Goal("drop_shuffled", "ouro_default", 1.05, "intrusive_unsafe on mimalloc"),
    Goal("plain_trees", "ouro_default", 0.3, "shared"),
    Goal("plain_trees", "ouro_default", 0.45, "shared on mimalloc"),
    Goal("plain_trees", "ouro_default", 0.65, "intrusive_unsafe on mimalloc"),
    Goal("plain_trees", "ouro_default", 0.8, "unique on mimalloc"),
    Goal("across_threads/64", "ouro_atomic", 1.0, "intrusive_safe on snmalloc"),
    Goal("across_threads/0", "ouro_atomic", 1.0, "intrusive_safe on snmalloc"),
    *[Goal(f"found/{distinct}", "ouro", limit, "flat_hash_set")
      for distinct, limit in ((1000, 0.85), (100000, 0.65), (1000000, 0.55))],
    *[Goal(f"found/{distinct}", "ouro", 0.3, "flyweight_bare") for distinct in (1000, 100000, 1000000)],
    Goal("found/1000000", "ouro_batch", 0.45, "flat_hash_set"),
    Goal("small_int", "ouro", 0.5),
    Goal("cyc_collect", "ouro", 0.2, "Nim ORC"),
    Goal("cyc_collect", "ouro", 0.08, "CPython 3.11"),
    Goal("cyc_whole", "ouro", 1.0, "bdwgc"),
    Goal("scan", "ouro", 0.1, "bdwgc"),
    Goal("scan", "ouro", 0.1, "Go"),
    Goal("scan", "ouro", 0.018, "CPython 3.11"),
    *[Goal(f"scan_growth/{live}", "ouro", 3.0, "ouro", "scan_growth/100000") for live in (10_000_000, 100_000_000)],
    Goal("churn_on", "ouro", 1.05, "ouro", "churn_off"),
    Goal("churn_make_on", "ouro", 1.05, "ouro", "churn_make_off"),
    Goal("churn_on", "ouro", 2.3, "bdwgc"),
    Goal("trees", "ouro", 1.0, "Java 17 Serial"),
    Goal("trees", "ouro", 0.5, "bdwgc"),
    Goal("trees", "ouro", 0.25, "Nim ORC"),
    Goal("gcbench", "ouro", 1.0, "Java 17 Serial"),
    Goal("gcbench", "ouro", 0.5, "bdwgc"),
    *[goal for live in (1_000_000, 10_000_000, 100_000_000) for goal in (
        Goal(f"pause_median/{live}", "ouro", 80.0), Goal(f"pause_per_object/{live}", "ouro", 8.0))],
    *[Goal(f"clox_{program}", "ouro", 1.0, "clox") for program in (
        "fib", "binary_trees", "instantiation", "invocation", "method_call", "properties", "string_equality", "trees",
        "zoo", "zoo_batch", "equality")],
    *[Goal(f"bytes_per_object/{payload}", "ouro", (payload + 8) * 1.01) for payload in (16, 24, 32, 48)],
    Goal("include_time", "ouro", 1.4, "memory and vector"),
    Goal("code_per_type", "ouro", 1.0, "shared_ptr"),
    Goal("code_per_type", "ouro, no collector", 1.0, "shared_ptr"),
    Goal("compile_time", "ouro", 1.0, "shared_ptr"),
    Goal("compile_time", "ouro, no collector", 1.0, "shared_ptr"),
]


def find(medians: Medians, question: str, contender: str) -> Optional[Median]:
    """By the name of the contender, or by its beginning: versions differ from machine to machine."""
    values = medians.get(question, {})
    return values.get(contender) or next((found for name, found in values.items() if name.startswith(contender + " ")
                                          and " on " not in name.removeprefix(contender)), None)


def judge(medians: Medians) -> list[Judgement]:
    """Each goal whose figures are there."""
    judged = []
    for goal in GOALS:
        ouro = medians.get(goal.question, {}).get(goal.ouro)
        peer = find(medians, goal.beside or goal.question, goal.peer) if goal.peer else None
        if ouro is None or (goal.peer and (peer is None or not peer.value)):
            continue
        judged.append(Judgement(goal, ouro, peer, ouro.value / peer.value if peer else ouro.value))
    return judged
