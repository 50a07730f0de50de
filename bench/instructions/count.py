#!/usr/bin/env python3
"""Counts the instructions of the fast paths, beside the limit: the same written by hand.

usage: count.py PROGRAM [--tighten]

Runs PROGRAM (paths.cpp) under callgrind, prints instructions per operation, without the loop around it, and fails when
a path needs more than bounds.json allows for this compiler. --tighten writes what was counted, and a margin, as the new
bounds. Counts are the same on every machine that runs the same compiler's code, however busy it is: times are not.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

BOUNDS = pathlib.Path(__file__).with_name("bounds.json")
OURS, LIMIT = "ours", "limit"


def margin(count):
    """What a change elsewhere in the function may cost."""
    return max(1.0, count * 0.05)


def run(program):
    """The compiler's name, and the instructions of each dump by (path, type, whose, operations)."""
    with tempfile.TemporaryDirectory() as scratch:
        dumps = pathlib.Path(scratch, "dumps")
        command = ["valgrind", "--quiet", "--tool=callgrind", "--combine-dumps=yes", f"--callgrind-out-file={dumps}"]
        done = subprocess.run([*command, program], check=True, text=True, stdout=subprocess.PIPE)
        text = dumps.read_text()
    found = re.findall(r"^desc: Trigger: Client Request: ([^\n]*)$.*?^summary: (\d+)", text, re.M | re.S)
    return done.stdout.strip(), {tuple(name.split("|")): int(count) for name, count in found}


def per_operation(dumps):
    """{path and type: {whose: instructions}}, from the difference between a run and one twice as long."""
    runs = {}
    for (*name, operations), count in dumps.items():
        runs.setdefault(tuple(name), []).append((int(operations), count))
    counts = {}
    for (path, of, whose), [(few, less), (many, more)] in runs.items():
        counts.setdefault(f"{path}, {of}" if of else path, {})[whose] = (more - less) / (many - few)
    loop = counts.pop("loop")[OURS]
    return {name: {whose: count - loop for whose, count in both.items()} for name, both in counts.items()}


def compare(counts, bounds):
    """Prints the table. Returns whether all counts are within their bounds."""
    print(f"{'instructions per operation':42} {'ouro':>8} {'by hand':>8} {'bound':>8}")
    too_many, too_loose, unbounded = [], [], []
    for name, both in counts.items():
        ours, bound = both[OURS], bounds.get(name)
        verdict = ""
        if bound is None:
            unbounded.append(name)
        elif ours > bound:
            verdict = "  TOO MANY"
            too_many.append(name)
        elif bound > ours + 2 * margin(ours):
            verdict = "  far below"
            too_loose.append(name)
        shown = "-" if bound is None else f"{bound:.1f}"
        print(f"{name:42} {ours:8.1f} {both[LIMIT]:8.1f} {shown:>8}{verdict}")
    gone = sorted(set(bounds) - set(counts))
    if too_loose:
        print("Bounds that no longer guard anything; count.py --tighten writes new ones:", "; ".join(too_loose))
    if bounds and unbounded:
        print("Paths without a bound:", "; ".join(unbounded))
    if gone:
        print("Bounds of paths that are no longer counted:", "; ".join(gone))
    if too_many:
        print("More instructions than allowed:", "; ".join(too_many))
    return not (too_many or gone or (bounds and unbounded))


def main():
    arguments = sys.argv[1:]
    tighten = "--tighten" in arguments
    if len(arguments) != 1 + tighten:
        sys.exit(__doc__)
    program = next(each for each in arguments if each != "--tighten")

    compiler, dumps = run(program)
    counts = per_operation(dumps)
    all_bounds = json.loads(BOUNDS.read_text()) if BOUNDS.exists() else {}
    if tighten:
        all_bounds[compiler] = {name: round(both[OURS] + margin(both[OURS]), 1) for name, both in counts.items()}
        BOUNDS.write_text(json.dumps(all_bounds, indent=2) + "\n")
    bounds = all_bounds.get(compiler, {})
    print(compiler if bounds else f"{compiler}, for which there are no bounds")
    sys.exit(0 if compare(counts, bounds) else 1)


main()
