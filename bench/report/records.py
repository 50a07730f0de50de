"""What a benchmark prints, as records: a question, a contender, a value and its unit."""

import json
import re
import statistics
from collections import defaultdict
from typing import Iterable, NamedTuple


class Record(NamedTuple):
    question: str
    contender: str
    value: float
    unit: str


class Median(NamedTuple):
    value: float
    unit: str
    spread: float  # from the least to the greatest, as a part of the median
    runs: int


Medians = dict[str, dict[str, Median]]  # by question, then by contender


def from_tsv(text: str, suffix: str = "") -> list[Record]:
    """Lines of question, contender, value and unit, with tabs between them."""
    found = []
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) == 4:
            found.append(Record(fields[0], fields[1] + suffix, float(fields[2]), fields[3]))
    return found


def split_name(name: str) -> tuple[str, str]:
    """The question and the contender in a Google Benchmark's name: `pair<shared, 64>` asks `pair/64` of `shared`.

    Numbers, and what stands behind a slash, are part of the question; other template arguments, of the contender.
    """
    match = re.fullmatch(r"(?:\w+::)*(\w+)(?:<(.*?)>)?((?:/[^/]+)*)", name)
    if match is None:
        raise ValueError(f"not the name of a benchmark: {name}")
    question, arguments, behind = match.groups()
    contender = []
    for argument in (arguments or "").split(", "):
        if re.fullmatch(r"[\d'_]+", argument):
            question += "/" + argument
        elif argument:
            contender.append(argument)
    behind = "".join(f"/{part}" for part in behind.split("/") if part and ":" not in part and part != "real_time")
    return question + behind, " ".join(contender) or "-"


def from_google_benchmark(text: str, suffix: str = "") -> list[Record]:
    """The JSON of a Google Benchmark program. Nanoseconds for each item, if the benchmark counts items."""
    to_nanoseconds = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    found = []
    for run in json.loads(text)["benchmarks"]:
        if run.get("error_occurred"):
            raise ValueError(f"{run['name']}: {run['error_message']}")
        if run["run_type"] != "iteration":
            continue
        question, contender = split_name(run["run_name"])
        if "items_per_second" in run:
            value = 1e9 / run["items_per_second"]
        else:
            clock = "real_time" if run["run_name"].endswith("/real_time") else "cpu_time"
            value = run[clock] * to_nanoseconds[run["time_unit"]]
        found.append(Record(question, contender + suffix, value, "ns"))
    return found


def medians(records: Iterable[Record]) -> Medians:
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for record in records:
        values[record.question, record.contender, record.unit].append(record.value)
    found: Medians = defaultdict(dict)
    for (question, contender, unit), all_values in values.items():
        middle = statistics.median(all_values)
        spread = (max(all_values) - min(all_values)) / middle if middle else 0.0
        found[question][contender] = Median(middle, unit, spread, len(all_values))
    return dict(found)


def is_ouro(contender: str) -> bool:
    return contender.startswith("ouro")
