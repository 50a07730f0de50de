"""Pictures of what was measured, as SVG."""

import itertools
import math
import pathlib
import re
from typing import Iterable

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt  # noqa: E402
import matplotlib.ticker  # noqa: E402

from comparisons import leads  # noqa: E402
from records import Medians, Record, is_ouro  # noqa: E402
from table import figure, ouro_of  # noqa: E402
from words import plain_name_of, title_of  # noqa: E402

OURS = "#1b6ca8"
THEIRS = "#b9c2cc"
LOST = "#c8553d"
LINES = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))  # colour says only whose they are

plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "ouro", "font.size": 11, "axes.spines.top": False,
                     "axes.spines.right": False, "figure.facecolor": "white"})

# Pictures of questions that belong together.
BARS = {
    "pointers": ("copy and drop a pointer", r"one_object|hot_objects|million_objects"),
    "make_and_drop": ("make and drop objects", r"(pair|thousand)/(16|64|512)"),
    "churn": ("objects of random lifetimes, 16 to 512 bytes", r"churn/\d+"),
    "cycles": ("garbage in cycles", r"cyc_whole|cyc_collect|ring|grid|scan"),
    "programs": ("whole programs", r"trees|gcbench|plain_trees|list.*"),
    "threads": ("made by one thread, dropped by another", r"across_threads/\d+"),
    "interning": ("find an interned string", r"found.*"),
    "bytes": ("bytes of containers, beside those of Python by sys.getsizeof", r"bytes_of_.*"),
    "build_cost": ("machine code and compile time", r"code_per_type|compile_time|include_time"),
}


def save(figure_made: plt.Figure, to: pathlib.Path) -> None:
    figure_made.savefig(to, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure_made)


def ratio_bars(medians: Medians, title: str, pattern: str, to: pathlib.Path) -> bool:
    """How many times as long as ouro each takes. False if nothing of that was asked."""
    asked = [question for question in medians if re.fullmatch(pattern, question) and ouro_of(medians[question])]
    if not asked:
        return False
    rows: list[tuple[str, float, str]] = []
    for question in asked:
        ouro = ouro_of(medians[question])
        assert ouro is not None
        rows.append((title_of(question), 0.0, "title"))
        for contender, found in sorted(medians[question].items(), key=lambda each: each[1].value):
            if ouro.value:
                label = f"{plain_name_of(contender)}  {figure(found.value)} {found.unit}"
                rows.append((label, found.value / ouro.value, OURS if is_ouro(contender) else THEIRS))
    drawn, axes = plt.subplots(figsize=(8, 0.26 * len(rows) + 0.9))
    for at, (label, ratio, colour) in enumerate(rows):
        if colour == "title":
            axes.text(-0.01, at, label, ha="right", va="center", weight="bold", transform=axes.get_yaxis_transform())
        else:
            axes.barh(at, ratio, color=colour, height=0.72)
            axes.text(-0.01, at, label, ha="right", va="center", transform=axes.get_yaxis_transform())
            axes.text(ratio, at, f" {figure(ratio)}", va="center", fontsize=9)
    axes.axvline(1.0, color=OURS, linewidth=0.8)
    if max(ratio for _, ratio, _ in rows) > 12:
        axes.set_xscale("symlog", linthresh=1)
    axes.set_yticks([])
    axes.set_ylim(len(rows) - 0.4, -0.9)
    axes.set_xlabel("times ouro's figure (less is better)")
    axes.set_title(title, loc="left", weight="bold")
    save(drawn, to)
    return True


def overview(medians: Medians, to: pathlib.Path) -> bool:
    """The picture of the README: one bar a peer, to the right where ouro takes less, to the left where it takes more."""
    shown = leads(medians)
    if not shown:
        return False
    drawn, axes = plt.subplots(figsize=(5.6, 0.3 * len(shown) + 1.1))
    for at, (lead, ratio) in enumerate(shown):
        wins = ratio >= 1
        axes.barh(at, ratio - 1, left=1, color=OURS if wins else LOST, height=0.66)
        axes.text(ratio * (1.04 if wins else 0.96), at, f"{ratio:.2g}", va="center", ha="left" if wins else "right", fontsize=9)
        if at == 0 or shown[at - 1][0].words != lead.words:
            axes.text(-0.58, at, lead.words, ha="right", va="center", weight="bold", transform=axes.get_yaxis_transform())
        axes.text(-0.01, at, plain_name_of(lead.peer), ha="right", va="center", transform=axes.get_yaxis_transform())
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_xscale("log")
    least, most = min(ratio for _, ratio in shown), max(ratio for _, ratio in shown)
    axes.set_xlim(least / 1.6, most * 1.6)
    axes.set_xticks([tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if least / 1.6 <= tick <= most * 1.6])
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.set_yticks([])
    axes.set_ylim(len(shown) - 0.4, -0.7)
    axes.set_xlabel("peer / ouro: above 1 ouro takes less")
    axes.spines["left"].set_visible(False)
    axes.set_title("ouro beside its peers", loc="left", weight="bold")
    save(drawn, to)
    return True


def growth(medians: Medians, to: pathlib.Path) -> bool:
    """Nanoseconds per object of a full collection that finds nothing, as the heap grows."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for question, values in medians.items():
        match = re.fullmatch(r"scan_growth/(\d+)", question)
        if match:
            for contender, found in values.items():
                lines.setdefault(contender, []).append((int(match[1]), found.value))
    if not lines:
        return False
    drawn, axes = plt.subplots(figsize=(8, 4))
    for (contender, points), (marker, dashes) in zip(lines.items(), itertools.cycle(LINES)):
        points.sort()
        axes.plot(*zip(*points), marker=marker, linestyle=dashes, label=plain_name_of(contender),
                  color=OURS if is_ouro(contender) else "#7a8794")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("living objects")
    axes.set_ylabel("ns per object")
    axes.set_title("a full collection of a living heap", loc="left", weight="bold")
    axes.legend(frameon=False)
    save(drawn, to)
    return True


def pauses(records: Iterable[Record], to: pathlib.Path) -> bool:
    """How long the program stood still, beside 10^6 living objects."""
    found: dict[str, list[float]] = {}
    for record in records:
        if record.question == "pause_ns/1000000":
            found.setdefault(record.contender, []).append(record.value / 1000)
    ours = {contender: values for contender, values in found.items() if len(values) > 20}
    if not ours:
        return False
    drawn, axes = plt.subplots(figsize=(8, 1.1 * len(ours) + 1.4))
    for at, (contender, values) in enumerate(ours.items()):
        values.sort()
        heights, edges = logarithmic_histogram(values)
        top = max(heights)
        axes.fill_between(edges, [at + 1] * len(edges), [at + 1 - 0.65 * height / top for height in heights], step="post",
                          color=OURS if is_ouro(contender) else THEIRS)
        texts = ", ".join(f"{name} {figure(values[min(len(values) - 1, int(part * len(values)))])}"
                          for name, part in (("median", 0.5), ("99.9 %", 0.999), ("longest", 1.0)))
        axes.text(0.99, at + 0.28, f"{plain_name_of(contender)}: {texts} µs", ha="right", transform=axes.get_yaxis_transform())
    axes.set_xscale("log")
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.set_xlabel("µs")
    axes.set_title("pauses beside a million living objects", loc="left", weight="bold")
    save(drawn, to)
    return True


def logarithmic_histogram(values: list[float]) -> tuple[list[int], list[float]]:
    """Sixteen bins for each power of ten; the edges are the lower ones."""
    counts: dict[int, int] = {}
    for value in values:
        bin_of = math.floor(16 * math.log10(max(value, 0.01)))
        counts[bin_of] = counts.get(bin_of, 0) + 1
    bins = range(min(counts) - 1, max(counts) + 2)
    return [counts.get(each, 0) for each in bins], [10 ** (each / 16) for each in bins]


def draw(medians: Medians, records: list[Record], to: pathlib.Path) -> list[str]:
    """All pictures that there are figures for. Returns their names."""
    made = [name for name, (title, pattern) in BARS.items() if ratio_bars(medians, title, pattern, to / f"{name}.svg")]
    made += ["overview"] if overview(medians, to / "overview.svg") else []
    made += ["growth"] if growth(medians, to / "growth.svg") else []
    made += ["pauses"] if pauses(records, to / "pauses.svg") else []
    return made
