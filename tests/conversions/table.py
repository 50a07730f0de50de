#!/usr/bin/env python3
"""Prints the table of run.sh from what it has left in a folder. Fails where fewer tests pass than before.

usage: table.py FOLDER PACKAGE ...
"""

import pathlib
import statistics
import sys


def runs(path):
    """The runs in a file of /usr/bin/time: seconds on the processor, seconds, and MiB at most."""
    for line in path.read_text().splitlines():
        fields = line.split()
        # A run that fails has a line of words before its numbers.
        if len(fields) == 4 and fields[0][0].isdigit():
            user, system, elapsed, peak = map(float, fields)
            yield user + system, elapsed, peak / 1024


def median(path, column):
    return statistics.median(run[column] for run in runs(path))


def compared(before, after, unit):
    return f"{before:.2f} → {after:.2f} {unit} ({after / before:.2f})"


def row(folder):
    def text(name):
        path = folder / name
        return path.read_text().strip() if path.exists() else "?"

    left = text("ouro.left").splitlines()
    ends = [line.split() for line in left if line[:1].isdigit()]
    blocks, size = (sum(int(end[i]) for end in ends) for i in (1, 2))
    collected = sum(int(end[0]) for end in ends)
    opaque = sum(int(line.split()[1]) for line in left if line.startswith("opaque"))
    return {
        "lines by words.py": text("changed"),
        "tests passed": f"{text('std.passed')} → {text('ouro.passed')}",
        "CPU time": compared(median(folder / "std.time", 0), median(folder / "ouro.time", 0), "s"),
        "peak memory": compared(median(folder / "std.time", 2), median(folder / "ouro.time", 2), "MiB"),
        "compile time": compared(median(folder / "std.compile", 0), median(folder / "ouro.compile", 0), "s"),
        "bytes lost": f"{text('std.lost')} → {text('ouro.lost')}",
        "at the end": f"{collected} collected, {blocks} blocks of {size} bytes alive, {opaque} opaque",
    }


def main():
    work = pathlib.Path(sys.argv[1])
    rows = {name: row(work / name) for name in sys.argv[2:]}
    heads = list(next(iter(rows.values())))
    print("| package | " + " | ".join(heads) + " |")
    print("| --- " * (len(heads) + 1) + "|")
    for name, cells in rows.items():
        print(f"| {name} | " + " | ".join(cells[head] for head in heads) + " |")
    for name in rows:
        before, after = ((work / name / f"{tree}.passed").read_text() for tree in ("std", "ouro"))
        if before != after:
            sys.exit(f"{name} does not pass the tests that it passed before")


if __name__ == "__main__":
    main()
