"""Has Spin check the models of protocols in which threads wait for each other, and find the faults that are planted in them.

usage: check_models.py SPIN C_COMPILER
Prints the states that were explored, and for each planted fault what has found it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# What a thread does besides using objects: so many things, each of any kind.
ROUNDS = {"handshake": 2}


def planted(model: str) -> list[str]:
    """The macros that plant faults, as the model's first comment lists them."""
    return re.findall(r"^ \*   ([A-Z_]+) ", model.split("*/")[0], re.M)


def explore(model: pathlib.Path, macros: list[str], spin: str, compiler: str) -> tuple[int, str]:
    """The number of states, and the first error or ''."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [f"-D{macro}" for macro in macros]
        subprocess.run([spin, *flags, "-a", model.resolve()], cwd=folder, check=True, capture_output=True)
        subprocess.run([compiler, "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=4000", "-o", "explore", "pan.c"], cwd=folder,
                       check=True)
        said = subprocess.run(["./explore", "-m100000"], cwd=folder, check=False, capture_output=True, text=True).stdout
    states = re.search(r"(\d+) states, stored", said)
    if states is None or "Search not completed" in said and "errors: 0" in said:
        sys.exit(f"{model.name} {macros}: not explored\n{said}")
    error = re.search(r"^pan:\d+: (.*) \(at depth", said, re.M)
    return int(states[1]), error[1] if error else ""


def main() -> int:
    spin, compiler = sys.argv[1:]
    faults = 0
    for model in sorted(HERE.glob("*.pml")):
        rounds = f"ROUNDS={ROUNDS[model.stem]}"
        states, error = explore(model, [rounds], spin, compiler)
        print(f"{model.stem}: {states} states{': ' + error if error else ', no fault'}")
        faults += bool(error)
        for macro in planted(model.read_text("utf-8")):
            states, error = explore(model, [rounds, macro], spin, compiler)
            print(f"{model.stem}, {macro}: {f'found after {states} states: {error}' if error else 'NOT FOUND'}")
            faults += not error
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
