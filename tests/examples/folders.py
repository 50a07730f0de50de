"""Each folder of the examples is a project that people copy: it has a short README whose files and names exist, and it is built
optimised unless its user says otherwise.

usage: folders.py EXAMPLES
"""

import pathlib
import re
import sys

MOST_LINES = 12
PARTS = ("**Start reading**", "**Change first:**")
RELEASE = """
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()
"""


def faults_of(folder: pathlib.Path) -> list[str]:
    faults = []
    if RELEASE not in (folder / "CMakeLists.txt").read_text(encoding="utf-8"):
        faults.append("CMakeLists.txt does not make Release the default")
    readme = folder / "README.md"
    if not readme.exists():
        return [*faults, "no README.md"]
    text = readme.read_text(encoding="utf-8")
    if (lines := text.count("\n")) > MOST_LINES:
        faults.append(f"README.md has {lines} lines, and should have at most {MOST_LINES}")
    faults += [f"README.md lacks {part}" for part in PARTS if part not in text]
    if f"build/{folder.name}\n" not in text:
        faults.append("README.md does not say how to run the program")
    sources = "\n".join(each.read_text(encoding="utf-8") for each in sorted(folder.glob("*.[ch]pp")))
    hints = text.partition("**Start reading**")[2].partition("```")[0]
    for name in re.findall(r"`(?:build/lox )?([\w.:]+)`", hints):
        if not (folder / name).exists() and not re.search(rf"\b{name.split('::')[-1]}\b", sources):
            faults.append(f"README.md names {name}, which is not there")
    return faults


def main() -> int:
    folders = sorted(each.parent for each in pathlib.Path(sys.argv[1]).glob("*/CMakeLists.txt"))
    wrong = 0
    for folder in folders:
        for fault in faults_of(folder):
            wrong += 1
            print(f"{folder.name}: {fault}")
    print(f"{len(folders)} examples, {wrong} faults")
    return 1 if wrong or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
