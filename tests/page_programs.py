"""Compiles and runs every C++ program in Markdown pages, so that none of them can rot.

A program passes by its exit code, and must print what the block named `output` right behind it says, if there is one.

usage: page_programs.py PAGE.md [PAGE.md ...] -- COMPILER [FLAG ...]
"""

import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = re.compile(r"^```cpp\n(.*?)^```$(?:\n+^```output\n(.*?)^```$)?", re.S | re.M)


def fault_of(source: pathlib.Path, expected: str, compiler: list[str]) -> str:
    """What is wrong with a program; empty if nothing is."""
    binary = source.with_suffix("")
    for command in ([*compiler, str(source), "-o", str(binary)], [str(binary)]):
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
        if done.returncode != 0:
            return f"exit code {done.returncode} of {' '.join(command)}\n{done.stdout}"
    if expected and done.stdout != expected:
        return f"prints\n{done.stdout}instead of\n{expected}"
    return ""


def run_page(page: pathlib.Path, compiler: list[str]) -> bool:
    programs = PROGRAM.findall(page.read_text(encoding="utf-8"))
    if not programs:
        print(f"{page}: no program found")
        return False
    with tempfile.TemporaryDirectory() as folder:
        for number, (program, expected) in enumerate(programs, 1):
            source = pathlib.Path(folder, f"{number}.cpp")
            source.write_text(program, encoding="utf-8")
            if fault := fault_of(source, expected, compiler):
                print(f"{page}: program {number}: {fault}\n{program}")
                return False
    print(f"{page}: {len(programs)} programs compiled and run")
    return True


def main() -> int:
    at = sys.argv.index("--")
    pages, compiler = map(pathlib.Path, sys.argv[1:at]), sys.argv[at + 1:]
    return 0 if all([run_page(page, compiler) for page in pages]) else 1


if __name__ == "__main__":
    sys.exit(main())
