"""Writes all headers into one: for Compiler Explorer, and for those who copy a file. A release has it as ouro.hpp.

usage: amalgamate.py FILE
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
INCLUDE = ROOT / "include"

BEGINNING = """\
// ouro: reference-counted pointers with a cycle collector and pool allocation, as policies: a header-only C++20 library.
// All headers in one, made by packaging/amalgamate.py. What follows is theirs, each with its name in front.
//
"""


# Where a program can include the headers too, it may do so before or behind this file, and both are to be the same declarations.
DEFERRING = """\
// Where the headers themselves can be included, this file includes them: a program may have both. With OURO_ONE_HEADER
// it is what follows all the same.
#if !defined(OURO_ONE_HEADER) && __has_include(<ouro/config.hpp>)
{headers}
#if {differs}
#error "ouro: the headers that can be included are of another version than the one header: take one of them away, or define OURO_ONE_HEADER"
#endif
#else

{includes}
{settings}
{hide}
{text}
{restore}#endif
"""

# Behind what it includes, each header hides the program's macros, and gives them back at its end. Here they are hidden once, behind
# all that is included.
HIDE, RESTORE = "ouro/macros/hide.hpp", "ouro/macros/restore.hpp"


class Amalgamation:
    def __init__(self) -> None:
        self.seen: set[pathlib.Path] = {INCLUDE / HIDE, INCLUDE / RESTORE}
        self.system: set[str] = set()
        self.settings: list[str] = []  # what stands before a header's declarations: macros, and includes under conditions
        self.text: list[str] = []

    def add(self, header: pathlib.Path) -> None:
        """Behind what it includes, without what no file of its own needs."""
        if header in self.seen:
            return
        self.seen.add(header)
        text = header.read_text(encoding="utf-8")
        before, _, declarations = text.rpartition(f"#include <{HIDE}>\n")
        if not before:  # nothing is declared
            before, declarations = text, ""
        comment, includes = re.fullmatch(r"#pragma once\n((?:///[^\n]*\n)*)(.*)", before, re.S).groups()
        settings: list[str] = []
        conditions = 0
        for line in includes.splitlines():
            if found := re.fullmatch(r"#include <(ouro/.+)>", line):
                self.add(INCLUDE / found[1])
            elif (found := re.fullmatch(r"#include <(.+)>", line)) and conditions == 0:
                self.system.add(found[1])
            else:
                conditions += bool(re.match(r"#\s*if", line)) - bool(re.match(r"#\s*endif", line))
                settings.append(line)
        self.settings += self.section(header, "\n".join(settings))
        self.text += self.section(header, comment + declarations.replace(f"#include <{RESTORE}>\n", ""))

    @staticmethod
    def section(header: pathlib.Path, text: str) -> list[str]:
        body = re.sub(r"\n{3,}", "\n\n", text).strip()
        return [f"// ===== {header.relative_to(INCLUDE)}\n\n{body}\n"] if body else []

    def whole(self) -> str:
        self.add(INCLUDE / "ouro/ouro.hpp")
        for header in sorted(INCLUDE.rglob("*.hpp")):
            self.add(header)  # those that only some programs include
        licence = "".join(f"// {line}".rstrip() + "\n" for line in (ROOT / "LICENSE").read_text("utf-8").splitlines())
        includes = "".join(f"#include <{name}>\n" for name in sorted(self.system))
        names = sorted({header.relative_to(INCLUDE).as_posix() for header in self.seen} - {"ouro/ouro.hpp", HIDE, RESTORE})
        hide, restore = (self.section(INCLUDE / name, (INCLUDE / name).read_text("utf-8"))[0] for name in (HIDE, RESTORE))
        version = re.findall(r"#define (OURO_VERSION_\w+) (\d+)", (INCLUDE / "ouro/config.hpp").read_text("utf-8"))
        return f"{BEGINNING}{licence}\n#pragma once\n\n" + DEFERRING.format(
            headers="\n".join(f"#include <{name}>" for name in names),
            differs=" || ".join(f"{name} != {number}" for name, number in version),
            includes=includes, settings="\n".join(self.settings), hide=hide, text="\n".join(self.text), restore=restore)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    to = pathlib.Path(sys.argv[1])
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(Amalgamation().whole(), encoding="utf-8")


main()
