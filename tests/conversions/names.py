#!/usr/bin/env python3
"""Checks that each name that words.py changes is in `ouro` and in `ouro::local`.

usage: names.py COMPILER [FLAG ...]
"""

import subprocess
import sys

import words


def main() -> None:
    lines = ["#include <ouro/shared_ptr.hpp>"]
    for number, namespace in enumerate(("ouro", "ouro::local")):
        lines += [f"namespace names{number} {{", *(f"using {namespace}::{name};" for name in words.NAMES), "}"]
    done = subprocess.run([*sys.argv[1:], "-fsyntax-only", "-x", "c++", "-"], input="\n".join(lines) + "\n", text=True, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
