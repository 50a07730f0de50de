"""The programs of this folder on the machine of examples/lox and on clox, the C machine of "Crafting Interpreters": time
and the most memory of the whole process. Prints lines of question, contender, value and unit.

usage: beside_clox.py LOX CLOX FOLDER
"""

import os
import pathlib
import sys
import time


def run(command: list[str]) -> tuple[float, float]:
    """Milliseconds, and bytes."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begin = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=nowhere)
    _, status, used = os.wait4(process, 0)
    took = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return took * 1000, used.ru_maxrss * 1024.0


def main() -> None:
    lox, clox, folder = sys.argv[1:]
    for program in sorted(pathlib.Path(folder).glob("*.lox")):
        for contender, command in (("ouro", lox), ("clox", clox)):
            took, peak = run([command, str(program)])
            print(f"clox_{program.stem}\t{contender}\t{took:.2f}\tms")
            print(f"clox_{program.stem}/peak\t{contender}\t{peak:.0f}\tbytes")


main()
