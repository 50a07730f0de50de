"""Takes away the traces that only list members from a copy of the tests, for a compiler with reflection.

There every class is seen through without a trace, and the tests are to pass all the same. What remains are traces that do something
else: that throw, count, report an edge twice or forget one; and all of the files below.

usage: strip_traces.py FOLDER_OF_THE_COPY
"""

import pathlib
import re
import sys

# Files that are about traces, or whose traces leave out members on purpose.
LEFT_ALONE = {
    "collector/trial_deletion_test.cpp",
    "inspect/deep_size_test.cpp",
    "trace/cyclic_types_test.cpp",
    "trace/inherited_trace_test.cpp",
    "trace/opaque_test.cpp",
    "trace/reflection_bases_test.cpp",
    "trace/reflection_limits_test.cpp",
    "trace/reflection_test.cpp",
    "trace/trace_kind_test.cpp",
}

LIST = r"\s*(?:[\w:<>]+::trace\(visit\);\s*)?(?:visit\(([\w\s,]*)\);\s*)?"
TRACE = re.compile(r"^[ \t]*void trace\(auto&&(?: visit)?\) (?:const )?(?:noexcept )?\{" + LIST + r"\}\n", re.M)


def stripped(text: str) -> tuple[str, int]:
    """The text without such traces, and how many there were."""
    taken = 0

    def without(found: re.Match[str]) -> str:
        nonlocal taken
        listed = re.findall(r"\w+", found[1] or "")
        if len(set(listed)) != len(listed):
            return found[0]  # reports an edge twice
        taken += 1
        return ""

    return TRACE.sub(without, text), taken


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    absent = [name for name in sorted(LEFT_ALONE) if not (root / name).exists()]
    for name in absent:
        print(f"{name} is to be left alone, and does not exist")
    taken = 0
    for file in sorted([*root.rglob("*.cpp"), *root.rglob("*.hpp")]):
        if file.relative_to(root).as_posix() in LEFT_ALONE:
            continue
        text, count = stripped(file.read_text(encoding="utf-8"))
        if count:
            file.write_text(text, encoding="utf-8")
            taken += count
    print(f"{taken} traces taken away")
    return 1 if absent or not taken else 0


if __name__ == "__main__":
    sys.exit(main())
