"""Runs programs of the language Lox, and compares what they print with what their comments say.

usage: lox_programs.py LOX FOLDER

The comments are those of the language's public test suite, which runs likewise:
    // expect: LINE                      a line of the output
    // expect runtime error: MESSAGE     the error, with the line that the comment is in, and exit code 70
    // Error at 'x': MESSAGE             a compile error in the comment's line, and exit code 65
    // [line N] Error at 'x': MESSAGE    one in another line
"""

import pathlib
import re
import subprocess
import sys

SECONDS = 120


class Expectation:
    def __init__(self, source: str) -> None:
        self.output: list[str] = []
        self.errors: list[str] = []
        self.runtime_error: tuple[int, str] | None = None
        for number, line in enumerate(source.split("\n"), 1):
            if found := re.search(r"// expect: ?(.*)", line):
                self.output.append(found[1])
            elif found := re.search(r"// expect runtime error: (.+)", line):
                self.runtime_error = (number, found[1])
            elif found := re.search(r"// \[((java|c) )?line (\d+)\] (Error.+)", line):
                if found[2] != "java":
                    self.errors.append(f"[line {found[3]}] {found[4]}")
            elif found := re.search(r"// (Error.+)", line):
                self.errors.append(f"[line {number}] {found[1]}")

    @property
    def exit_code(self) -> int:
        return 65 if self.errors else 70 if self.runtime_error else 0

    def faults_of(self, done: subprocess.CompletedProcess) -> list[str]:
        faults = []
        said = done.stderr.split("\n")
        if done.returncode != self.exit_code:
            faults.append(f"exit code {done.returncode} instead of {self.exit_code}: {done.stderr[:500]}")
        if (printed := done.stdout.split("\n")[:-1]) != self.output:
            faults.append(f"printed {printed} instead of {self.output}")
        if self.runtime_error:
            line, message = self.runtime_error
            if said[0] != message:
                faults.append(f"said {said[0]!r} instead of {message!r}")
            elif not said[1].startswith(f"[line {line}] in "):
                faults.append(f"said {said[1]!r} instead of line {line}")
        elif [each for each in said if each.startswith("[line")] != self.errors:
            faults.append(f"said {said} instead of {self.errors}")
        return faults


def main() -> int:
    lox, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    programs = sorted(each for each in folder.rglob("*.lox") if "benchmark" not in each.parts)
    wrong = 0
    for program in programs:
        expected = Expectation(program.read_text(encoding="utf-8"))
        done = subprocess.run([lox, str(program)], capture_output=True, text=True, timeout=SECONDS)
        if faults := expected.faults_of(done):
            wrong += 1
            print(f"{program.relative_to(folder)}:\n  " + "\n  ".join(faults))
    print(f"{len(programs)} programs, {wrong} wrong")
    return 1 if wrong or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
