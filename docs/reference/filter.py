"""What Doxygen 1.9 must be told otherwise than a reader of the header: fences that begin a comment, which it does not find the end of;
and functions that programs know as members of `ouro`, although they lie in `ouro::functions`.

usage: filter.py FILE
"""

import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
if sys.argv[1].endswith(".hpp"):
    text = re.sub(r"^(\s*///) ```\n((?:\s*///.*\n)*?)\s*/// ```$", r"\1 \\code{.unparsed}\n\2\1 \\endcode", text, flags=re.M)
    text = re.sub(r"^(?:namespace functions \{\}?|\}  // namespace functions|using namespace functions;)$", "", text, flags=re.M)
sys.stdout.write(text)
