"""Prints the median of each benchmark, and how it compares with the first contender of its question.

The contenders of a question are benchmarks whose names differ in the template argument alone: `copy<ouro>`, `copy<shared_ptr>`.

usage: ratios.py RESULT.json ...
"""

import json
import re
import sys


def medians(file: str) -> dict[str, float]:
    """Nanoseconds of processor time by name; of a single repetition, which has no median, its own time."""
    with open(file, encoding="utf-8") as opened:
        runs = json.load(opened)["benchmarks"]
    to_nanoseconds = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    found: dict[str, float] = {}
    for run in runs:
        if run.get("error_occurred"):
            sys.exit(f"{file}: {run['run_name']}: {run['error_message']}")
        if run["run_type"] == "iteration" or run["aggregate_name"] == "median":
            found[run["run_name"]] = run["cpu_time"] * to_nanoseconds[run["time_unit"]]
    return found


def main() -> int:
    for file in sys.argv[1:]:
        print(f"\n{file}")
        first_of_question: dict[str, float] = {}
        for name, nanoseconds in medians(file).items():
            question = re.sub(r"<.*>", "", name)
            first = first_of_question.setdefault(question, nanoseconds)
            print(f"  {name:<60} {nanoseconds:14.2f} ns {nanoseconds / first:8.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
