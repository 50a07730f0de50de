"""Whether what documents show of a debugger is what the tests expect of it, letter by letter.

usage: documented.py DOCUMENT...
"""
import pathlib
import re
import sys

here = pathlib.Path(__file__).parent
LINES = re.MULTILINE | re.DOTALL


def text_of(path):
    return pathlib.Path(path).read_text(encoding="utf-8")


expected = "\n" + "".join(text_of(here / ("expected.%s.txt" % each)) for each in ("gdb", "lldb"))
found = 0
for document in sys.argv[1:]:
    for block in re.findall(r"^```text\n(.*?)^```$", text_of(document), LINES):
        # What is asked, and what is said, up to the next question.
        for said in re.findall(r"^\(\w+\) (?:print|frame variable) .*?(?=^\(\w+\) |\Z)", block, LINES):
            found += 1
            if "\n" + said not in expected:
                sys.exit("%s: not what the tests expect:\n%s" % (document, said))
sys.exit(0 if found else "no outputs of debuggers")
