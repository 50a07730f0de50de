"""Whether what documents show of a debugger is what the tests expect of it, letter by letter.

usage: documented.py DOCUMENT...
"""
import pathlib
import re
import sys

here = pathlib.Path(__file__).parent
expected = "\n" + "".join((here / ("expected.%s.txt" % each)).read_text(encoding="utf-8") for each in ("gdb", "lldb"))
found = 0
for document in sys.argv[1:]:
    for block in re.findall(r"^```text\n(.*?)^```$", pathlib.Path(document).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL):
        for said in re.findall(r"^\((?:gdb|lldb)\) (?:print|frame variable) .*?(?=^\((?:gdb|lldb)\)|\Z)", block, flags=re.MULTILINE | re.DOTALL):
            found += 1
            if "\n" + said not in expected:
                sys.exit("%s: not what the tests expect:\n%s" % (document, said))
sys.exit(0 if found else "no outputs of debuggers")
