"""Checks the page of states against the table that it is printed from, and the page of traps against both.

The page must be what the program prints. Each trap that a cell cites must be on the page of traps and name the table there,
as `states/cells.hpp`, and each trap that names the table must be cited by a cell.

usage: check_states.py STATES.md TRAPS.md PROGRAM
       check_states.py --write STATES.md PROGRAM
"""

import difflib
import pathlib
import re
import subprocess
import sys

TABLE = "`states/cells.hpp`"


def printed_by(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def main() -> int:
    if sys.argv[1] == "--write":
        pathlib.Path(sys.argv[2]).write_text(printed_by(sys.argv[3]), encoding="utf-8")
        return 0
    page, traps = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    faults = []
    if printed := printed_by(sys.argv[3]):
        faults += difflib.unified_diff(page.splitlines(), printed.splitlines(), "page", "table", lineterm="")
    cited = set(printed_by(sys.argv[3], "traps").split())
    texts = dict(re.findall(r"^(\d+)\. (.+?)(?=^\d+\. |^## |\Z)", traps, re.S | re.M))
    naming = {number for number, text in texts.items() if TABLE in text}
    faults += [f"a cell cites trap {number}, which does not name {TABLE}" for number in sorted(cited - naming, key=int)]
    faults += [f"trap {number} names {TABLE}, where no cell cites it" for number in sorted(naming - cited, key=int)]
    print(*faults, f"{len(cited)} traps in cells, {len(faults)} faults", sep="\n")
    return 1 if faults or not cited else 0


if __name__ == "__main__":
    sys.exit(main())
