"""Checks the page of traps against the tests: those that it names are there, and of those that cite a trap it names one.

usage: check_traps.py TRAPS.md TESTS_FOLDER
"""

import pathlib
import re
import sys


def citing(tests: pathlib.Path) -> dict[int, set[str]]:
    """The tests that cite each trap: `(trap 8)`, `(traps 8, 56)`, perhaps over the end of a comment's line."""
    found: dict[int, set[str]] = {}
    for file in sorted(tests.rglob("*")):
        if file.suffix not in (".cpp", ".sh"):
            continue
        for numbers in re.findall(r"\(traps?(?:\s|//)+(\d+(?:, \d+)*)\)", file.read_text(encoding="utf-8")):
            for number in numbers.split(", "):
                found.setdefault(int(number), set()).add(file.relative_to(tests).as_posix())
    return found


def main() -> int:
    page, tests = map(pathlib.Path, sys.argv[1:])
    cited = citing(tests)
    traps = re.findall(r"^(\d+)\. (.+?)(?=^\d+\. |^## |\Z)", page.read_text(encoding="utf-8"), re.S | re.M)
    faults = []
    for number, text in traps:
        named = set(re.findall(r"`([\w/]+\.(?:cpp|sh))`", text))
        faults += [f"trap {number} names {name}, which is not there" for name in sorted(named) if not (tests / name).is_file()]
        if not named and "No test." not in text:
            faults.append(f"trap {number} names no test, and does not say that there is none")
        if cited.get(int(number)) and not named & cited[int(number)]:
            faults.append(f"trap {number} names none of {sorted(cited[int(number)])}, which cite it")
    numbers = [int(number) for number, _ in traps]
    if numbers != sorted(set(numbers)) or numbers[:1] != [1]:
        faults.append("the traps are not numbered from 1 on, each number once")
    faults += [f"trap {number} is cited by tests, and not on the page" for number in sorted(cited.keys() - set(numbers))]
    print(*faults, f"{len(traps)} traps, {len(faults)} faults", sep="\n")
    return 1 if faults or not traps else 0


if __name__ == "__main__":
    sys.exit(main())
