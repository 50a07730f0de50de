"""The folders of the library, with an arrow for each that includes headers of another."""

import pathlib
import re
from collections import Counter

# Headers beside the folders that every program names.
ALONE = {"config.hpp", "fwd.hpp", "ouro.hpp"}


def includes(include: pathlib.Path) -> tuple[Counter, dict]:
    """The number of headers in each box, and the headers of the second box that the first one includes."""
    sizes: Counter = Counter()
    edges: dict = {}
    root = include / "ouro"
    for file in sorted(root.rglob("*.hpp")):
        box = file.relative_to(root).parts[0]
        if box == "macros":
            continue  # what each header begins and ends with
        sizes[box] += 1
        for name in re.findall(r"#include <ouro/(?!macros/)(.+?)>", file.read_text(encoding="utf-8")):
            other = name.split("/")[0]
            if other != box:
                edges.setdefault((box, other), set()).add(pathlib.PurePosixPath(name).stem)
    return sizes, edges


def without_detours(edges: set) -> set:
    """The edges that no path of others replaces. \\pre there is no cycle"""
    below: dict = {}
    for start, end in edges:
        below.setdefault(start, set()).add(end)

    def reaches(start: str, end: str) -> bool:
        return any(each == end or reaches(each, end) for each in below.get(start, ()))

    return {(start, end) for start, end in edges
            if not any(each != end and reaches(each, end) for each in below[start])}


def graph(include: pathlib.Path) -> str:
    sizes, edges = includes(include)
    lines = []
    for box, size in sorted(sizes.items()):
        label = box if box in ALONE else f"{box}/\\n{size} headers"
        fill = "#eeeeee" if box in ALONE else "#cdeae6"
        lines.append(f'"{box}" [label="{label}", fillcolor="{fill}"];')
    lines += [f'"{start}" -> "{end}";' for start, end in sorted(without_detours(set(edges)))]
    return ('digraph { bgcolor=white; rankdir=TB; nodesep=0.5; ranksep=0.3; '
            'node [shape=box, style="filled,rounded", fontname="sans-serif", fontsize=13, color="#555555"]; '
            'edge [fontname="sans-serif", fontsize=10]; ' + "\n".join(lines) + "}")
