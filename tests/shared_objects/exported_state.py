"""Checks that a shared library which hides all that it can shows all state of ouro: what is hidden is a second one.

usage: exported_state.py NM LIBRARY
"""

import re
import subprocess
import sys

# Which heap this very library uses is its own affair, and so is all that concerns its own types; what tables of functions
# say is the same everywhere.
OWN = re.compile(r"ouro::test::|::module_type_table<|^(guard variable|typeinfo|vtable) for ")


def main() -> int:
    nm, library = sys.argv[1:]
    listed = subprocess.run([nm, "--demangle", "--defined-only", library], check=True, capture_output=True, text=True)
    symbols = re.findall(r"^[0-9a-f]+ (\w) (.*ouro::.*)$", listed.stdout, re.MULTILINE)
    hidden = [name for kind, name in symbols if kind in "bd" and not OWN.search(name)]
    for name in hidden:
        print("hidden, and so not shared:", name)
    shown = sum(kind in "BDVu" for kind, _ in symbols)
    if shown < 40:
        print("only", shown, "variables are shown: does this look at the right file?")
        return 1
    return 1 if hidden else 0


sys.exit(main())
