"""Tables of what was measured, as CSV and as Markdown."""

import csv
import pathlib
from typing import Iterable

from goals import Judgement
from records import Median, Medians, Record, is_ouro


def figure(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.01 or value == 0 else f"{value:.1e}"


def ouro_of(values: dict[str, Median]) -> Median | None:
    """What the others of a question are compared with."""
    return next((found for name, found in values.items() if is_ouro(name)), None)


def write_raw(records: Iterable[Record], to: pathlib.Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(Record._fields)
        rows.writerows(records)


def write_csv(medians: Medians, to: pathlib.Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["question", "contender", "median", "unit", "ouro_by_this", "spread", "runs"])
        for question, values in medians.items():
            ouro = ouro_of(values)
            for contender, found in values.items():
                ratio = f"{ouro.value / found.value:.3f}" if ouro and found.value else ""
                rows.writerow([question, contender, f"{found.value:.6g}", found.unit, ratio, f"{found.spread:.3f}", found.runs])


def read_csv(file: pathlib.Path) -> Medians:
    medians: Medians = {}
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            medians.setdefault(row["question"], {})[row["contender"]] = Median(
                float(row["median"]), row["unit"], float(row["spread"]), int(row["runs"]))
    return medians


def markdown(medians: Medians) -> str:
    """One row a question and contender; how many times as long, or as large, as the contender's ouro's figure is."""
    lines = ["| question | contender | median | ouro / this | spread |", "| --- | --- | --: | --: | --: |"]
    for question, values in medians.items():
        ouro = ouro_of(values)
        for contender, found in values.items():
            ratio = figure(ouro.value / found.value) if ouro and found.value else "–"
            lines.append(f"| {question} | {contender} | {figure(found.value)} {found.unit} | {ratio} | {found.spread:.0%} |")
    return "\n".join(lines) + "\n"


def goals_markdown(judged: list[Judgement]) -> str:
    lines = ["| question | ouro | beside | ratio | goal | |", "| --- | --: | --- | --: | --: | --- |"]
    for each in judged:
        goal = each.goal
        beside = "–"
        if each.peer:
            whom = f"itself at `{goal.beside}`" if goal.beside else goal.peer
            beside = f"{whom}: {figure(each.peer.value)} {each.peer.unit}"
        name = f"`{goal.question}`" + (f" {goal.ouro}" if goal.ouro != "ouro" else "")
        lines.append(f"| {name} | {figure(each.ouro.value)} {each.ouro.unit} | {beside} | {figure(each.ratio)} | "
                     f"{figure(goal.limit)} | {'met' if each.is_met else 'missed'} |")
    return "\n".join(lines) + "\n"


def amount(found: float) -> str:
    """Of bytes."""
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if found >= size:
            return f"{figure(found / size)} {unit}"
    return f"{found:.0f} B"


def policies_markdown(medians: Medians) -> str:
    """The programs of the language of examples/lox: one column a choice of policies."""
    programs = [question for question in medians if question.startswith("lox_") and "/" not in question]
    contenders = list(dict.fromkeys(name for question in programs for name in medians[question]))
    lines = ["| | " + " | ".join(contenders) + " |", "| --- |" + " --- |" * len(contenders)]
    for question in programs:
        cells = []
        for name in contenders:
            took, peak, left = (medians[question + ending][name].value for ending in ("", "/peak", "/left"))
            cells.append(f"{figure(took)} ms, {amount(peak)}, {amount(left)}")
        lines.append(f"| {question.removeprefix('lox_')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def compare(before: Medians, after: Medians) -> str:
    """Two runs side by side: what both have asked."""
    lines = [f"{'question':34} {'contender':34} {'before':>12} {'after':>12} {'after/before':>13}"]
    for question, values in after.items():
        for contender, found in values.items():
            old = before.get(question, {}).get(contender)
            if old is not None:
                ratio = f"{found.value / old.value:13.3f}" if old.value else f"{'–':>13}"
                lines.append(f"{question:34} {contender:34} {figure(old.value):>12} {figure(found.value):>12} {ratio}")
    return "\n".join(lines) + "\n"
