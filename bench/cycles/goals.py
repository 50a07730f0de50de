#!/usr/bin/env python3
"""Shows what was measured, and how far ouro is from its goals: ratios to the others in the same run.

usage: goals.py RESULTS.tsv
"""

import collections
import sys

OURO = "ouro"

# question, goal, and whom it is compared with: a contender's name begins so.
RATIOS = [
    ("cyc_collect", 0.2, "Nim"),
    ("cyc_collect", 0.08, "CPython"),
    ("cyc_whole", 1.0, "bdwgc"),
    ("scan", 0.1, "bdwgc"),
    ("scan", 0.1, "Go"),
    ("scan", 0.018, "CPython"),
    ("churn_on", 2.3, "bdwgc"),
    ("trees", 1.0, "Java 17 Serial"),
    ("trees", 0.5, "bdwgc"),
    ("trees", 0.25, "Nim"),
    ("gcbench", 1.0, "Java 17 Serial"),
    ("gcbench", 0.5, "bdwgc"),
]

# Of ouro alone: a question, a goal, and the question that it is divided by, if any.
OWN = [
    ("scan_growth/100000000", 3.0, "scan_growth/100000"),
    ("scan_growth/10000000", 3.0, "scan_growth/100000"),
    ("churn_on", 1.05, "churn_off"),
    ("churn_make_on", 1.05, "churn_make_off"),
    ("pause_per_object/1000000", 8.0, None),
    ("pause_median/1000000", 80.0, None),
    ("pause_per_object/10000000", 8.0, None),
    ("pause_median/10000000", 80.0, None),
]


def read(path):
    """{question: {contender: value}}, without the lists of single pauses."""
    found = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            question, contender, value, unit = line.rstrip("\n").split("\t")
            if not question.startswith("pause_ns"):
                found[f"{question} ({unit})" if unit else question][contender] = float(value)
    return found


def show(found):
    contenders = []
    for values in found.values():
        contenders += [each for each in values if each not in contenders]
    print(f"{'':32}" + "".join(f"{each[:14]:>15}" for each in contenders))
    for question, values in found.items():
        cells = (f"{values[each]:.4g}" if each in values else "-" for each in contenders)
        print(f"{question:32}" + "".join(f"{each:>15}" for each in cells))


def judge(name, goal, value):
    print(f"{name:56} {value:9.3f}  goal {goal:<6g} {'met' if value <= goal else 'MISSED'}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = read(sys.argv[1])
    show(found)
    by_name = {question.split(" ")[0]: values for question, values in found.items()}
    print()
    for question, goal, whom in RATIOS:
        values = by_name.get(question, {})
        rivals = [each for each in values if each.startswith(whom)]
        if OURO in values and rivals and values[rivals[0]]:
            judge(f"{question} / {rivals[0]}", goal, values[OURO] / values[rivals[0]])
    for question, goal, base in OWN:
        value = by_name.get(question, {}).get(OURO)
        below = by_name.get(base, {}).get(OURO) if base else 1.0
        if value is not None and below:
            judge(f"{question} / {base}" if base else question, goal, value / below)
    for live in ("1000000", "10000000", "100000000"):
        p999, floor = (by_name.get(f"{each}_p999/{live}", {}).get(OURO) for each in ("pause", "pause_floor"))
        if p999 is not None and floor is not None:
            judge(f"pause_p999/{live} above the clock loop's own (us)", 100.0, p999 - floor)


main()
