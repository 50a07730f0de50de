"""Compiles and runs every C++ program in the README, so that none of them can rot.

usage: readme_snippets.py README.md COMPILER [FLAG ...]
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def main() -> int:
    readme, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    programs = re.findall(r"^```cpp\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.S | re.M)
    if not programs:
        print(f"{readme}: no program found")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for number, program in enumerate(programs, 1):
            source, binary = pathlib.Path(folder, f"{number}.cpp"), pathlib.Path(folder, str(number))
            source.write_text(program, encoding="utf-8")
            for command in ([*compiler, str(source), "-o", str(binary)], [str(binary)]):
                done = subprocess.run(command, check=False)
                if done.returncode != 0:
                    print(f"{readme}: program {number}: exit code {done.returncode} of {' '.join(command)}\n{program}")
                    return 1
    print(f"{readme}: {len(programs)} programs compiled and run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
