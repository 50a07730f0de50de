"""Fails when an operation takes more instructions beside eight times as much.

usage: growth.py PROGRAM

Runs PROGRAM (growth.cpp) under callgrind. Instructions do not depend on how busy the machine is.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# A table that doubles, or a tree that is one level deeper, is allowed for; eight times as much is not.
ALLOWED = 2.0
# Less is an operation that the compiler has removed.
LEAST = 1.5


def run(program: str) -> dict[str, list[float]]:
    """The instructions of each operation, beside few and beside many."""
    with tempfile.TemporaryDirectory() as scratch:
        dumps = pathlib.Path(scratch, "dumps")
        command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--combine-dumps=yes"]
        subprocess.run([*command, f"--callgrind-out-file={dumps}", program], check=True)
        text = dumps.read_text(encoding="utf-8")
    found: dict[str, list[float]] = {}
    for dump, count in re.findall(r"^desc: Trigger: Client Request: ([^\n]*)$.*?^summary: (\d+)", text, re.M | re.S):
        name, _, operations = dump.split("|")
        found.setdefault(name, []).append(int(count) / int(operations))
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    faulty = []
    print(f"{'instructions per operation':72} {'beside n':>10} {'8n':>10}")
    for name, (few, many) in run(sys.argv[1]).items():
        grows = many > few * ALLOWED
        fault = "GROWS" if grows else "MEASURES NOTHING" if many < LEAST else ""
        print(f"{name:72} {few:10.0f} {many:10.0f}  {fault}".rstrip())
        if fault:
            faulty.append(name)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
