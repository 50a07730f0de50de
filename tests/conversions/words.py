#!/usr/bin/env python3
"""Changes `std::` to `ouro::` before the names that <ouro/shared_ptr.hpp> has, in a folder of sources.

usage: words.py FOLDER
Prints how many lines of how many files have changed. A file that includes <memory> includes <ouro/shared_ptr.hpp> too.
"""

import pathlib
import re
import sys

NAMES = """shared_ptr weak_ptr make_shared make_shared_for_overwrite allocate_shared allocate_shared_for_overwrite
enable_shared_from_this static_pointer_cast dynamic_pointer_cast const_pointer_cast reinterpret_pointer_cast
get_deleter owner_less atomic_load atomic_store""".split()
WORDS = re.compile(r"(?<![\w:])(?:::)?std\s*::\s*(?=(?:" + "|".join(NAMES) + r")\b)")
INCLUDE = re.compile(r"^([ \t]*#[ \t]*include[ \t]*)<memory>[^\n]*\n", re.MULTILINE)
SUFFIXES = {".c++", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".ipp", ".tcc"}


def convert(text):
    text, changes = WORDS.subn("ouro::", text)
    return INCLUDE.sub(lambda found: found.group(0) + found.group(1) + "<ouro/shared_ptr.hpp>\n", text)


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = files = 0
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        before = path.read_bytes().decode("latin-1")
        after = convert(before)
        if after == before:
            continue
        path.write_bytes(after.encode("latin-1"))
        files += 1
        lines += sum(1 for old in WORDS.sub("ouro::", before).splitlines() if "ouro::" in old)
    print(f"{lines} lines of {files} files")


if __name__ == "__main__":
    main()
