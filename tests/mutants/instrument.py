"""Writes a copy of the headers in which each place that a mutant changes can be switched on at run time.

All mutants are compiled at once (mutant schemata: Untch, Offutt and Harrold, "Mutation analysis using mutant schemata", 1993), since
compiling the tests once for each takes a hundred times as long as running them. libclang says where statements, conditions and
operators are; what is written there is replaced on its own lines, so that the compiler's messages still name the right ones.

Kinds of mutants:
  delete    a statement is not executed
  flip      a condition is taken the other way
  never     an `if` without `else`, or a `while`, is never entered: the check is dropped
  bound     < for <=, and the other way; > and >= likewise
  equal     == for !=, and the other way
  operand   one side of && or || or | is dropped
  plus      + for -, and the other way
  one       a number in an expression is one more
"""

import dataclasses
import pathlib
import re
import sys

VERSION = 19
FOLDERS = ("allocator", "base", "collector", "heap", "intern", "object", "refcount", "trace")
BOUNDS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
SIGNS = {"+": "-", "-": "+"}


@dataclasses.dataclass
class Place:
    """A piece of a file, from `begin` to `end`, that a mutant changes: `template` has {} for it, and NUMBER for its number."""

    file: pathlib.Path
    line: int
    begin: int
    end: int
    kind: str
    template: str
    number: int = 0

    def key(self, text: str) -> str:
        said = re.sub(r"\s+", " ", text[self.begin:self.end])
        return f"{self.file}: {self.kind}: {said[:100]}"


class Finder:
    """Finds the places of one file."""

    def __init__(self, cindex, root: pathlib.Path, file: pathlib.Path) -> None:
        self.kinds, self.pointer = cindex.CursorKind, cindex.TypeKind.POINTER
        self.root, self.file = root, file
        self.text = (root / file).read_text(encoding="latin-1")  # one character a byte, as libclang counts
        self.places: list[Place] = []

    def of(self, cursor) -> str:
        return self.text[cursor.extent.start.offset:cursor.extent.end.offset]

    def add(self, cursor, kind: str, template: str) -> None:
        begin, end = cursor.extent.start.offset, cursor.extent.end.offset
        if "OURO_" in self.text[begin:end] or begin >= end:
            return  # a macro's extent is not that of what it becomes
        self.places.append(Place(self.file, cursor.extent.start.line, begin, end, kind, template))

    def visit(self, cursor) -> None:
        kinds, children = self.kinds, list(cursor.get_children())
        if cursor.kind == kinds.COMPOUND_STMT:
            for child in children:
                self.statement(child)
        elif cursor.kind in (kinds.IF_STMT, kinds.WHILE_STMT) and children:
            self.condition(cursor, children)
        elif cursor.kind == kinds.CONDITIONAL_OPERATOR and len(children) == 3:
            self.add(children[0], "flip", "(mutants::on(NUMBER) != static_cast<bool>({}))")
        elif cursor.kind in (kinds.BINARY_OPERATOR, kinds.COMPOUND_ASSIGNMENT_OPERATOR) and len(children) == 2:
            self.operator(cursor, *children)
        for child in children:
            self.visit(child)

    def statement(self, cursor) -> None:
        kinds = self.kinds
        if cursor.kind in (kinds.CALL_EXPR, kinds.BINARY_OPERATOR, kinds.COMPOUND_ASSIGNMENT_OPERATOR, kinds.UNARY_OPERATOR,
                           kinds.UNEXPOSED_EXPR, kinds.CXX_STATIC_CAST_EXPR, kinds.CXX_DELETE_EXPR):
            self.add(cursor, "delete", "if (!mutants::on(NUMBER)) {}")

    def condition(self, cursor, children) -> None:
        head = self.text[cursor.extent.start.offset:children[0].extent.start.offset]
        if "constexpr" in head or children[0].kind.is_declaration() or children[0].kind == self.kinds.DECL_STMT or ";" in head:
            return
        checked = children[0]
        if cursor.kind == self.kinds.IF_STMT:
            self.add(checked, "flip", "(mutants::on(NUMBER) != static_cast<bool>({}))")
        if cursor.kind == self.kinds.WHILE_STMT or len(children) == 2:
            self.add(checked, "never", "(!mutants::on(NUMBER) && static_cast<bool>({}))")

    def operator(self, cursor, left, right) -> None:
        sign = self.text[left.extent.end.offset:right.extent.start.offset].strip(" \n()")
        if sign in BOUNDS:
            self.swap(cursor, left, right, "bound", sign, BOUNDS[sign])
        elif sign in SIGNS and self.pointer not in (left.type.get_canonical().kind, right.type.get_canonical().kind):
            self.swap(cursor, left, right, "plus", sign, SIGNS[sign])
        elif sign in ("==", "!="):
            self.add(cursor, "equal", "(mutants::on(NUMBER) != static_cast<bool>({}))")
        elif sign in ("&&", "||"):
            neutral = "mutants::on(NUMBER) || " if sign == "&&" else "!mutants::on(NUMBER) && "
            for side in (left, right):
                self.add(side, "operand", f"({neutral}static_cast<bool>({{}}))")
        elif sign == "|":
            self.add(right, "operand", "(mutants::on(NUMBER) ? 0 : {})")
        if sign in BOUNDS or sign in SIGNS or sign in ("=", "+=", "-=", "<<", ">>"):
            for side in (left, right):
                if side.kind == self.kinds.INTEGER_LITERAL:
                    self.add(side, "one", "(mutants::on(NUMBER) ? {} + 1 : {})")

    def swap(self, cursor, left, right, kind: str, old: str, new: str) -> None:
        """Both forms are written out: what stands in the operands is not changed within."""
        whole = self.of(cursor)
        at = left.extent.end.offset - cursor.extent.start.offset + self.text[left.extent.end.offset:].index(old)
        if "[" in whole or at < 0:
            return
        changed = f"{whole[:at]}{new}{whole[at + len(old):]}".replace("{", "{{").replace("}", "}}")
        self.add(cursor, kind, f"(mutants::on(NUMBER) ? ({changed}) : ({{}}))")


def find_places(root: pathlib.Path) -> list[Place]:
    sys.path.append("/usr/lib/python3/dist-packages")
    from clang import cindex

    cindex.Config.set_library_file(f"/usr/lib/llvm-{VERSION}/lib/libclang-{VERSION}.so.1")
    include = root / "include"
    headers = sorted(header.relative_to(include) for header in include.rglob("*.hpp"))
    everything = "".join(f"#include <{header}>\n" for header in headers if header.parts[1] != "macros")
    unit = cindex.Index.create().parse("all.cpp", args=["-std=c++20", f"-I{include}"], unsaved_files=[("all.cpp", everything)])
    errors = [str(each) for each in unit.diagnostics if each.severity >= cindex.Diagnostic.Error]
    if errors:
        sys.exit("\n".join(errors))
    finders = {str(include / header): Finder(cindex, root, pathlib.Path("include") / header)
               for header in headers if header.parts[1] in FOLDERS}

    def descend(cursor) -> None:
        for child in cursor.get_children():
            file = child.location.file
            if file is None or str(include) not in str(file):
                continue
            finder = finders.get(str(file))
            if child.kind in (cindex.CursorKind.NAMESPACE, cindex.CursorKind.LINKAGE_SPEC):
                descend(child)
            elif finder is not None:
                finder.visit(child)

    descend(unit.cursor)
    places: dict[tuple, Place] = {}
    for finder in finders.values():
        for place in finder.places:
            places.setdefault((str(place.file), place.begin, place.end, place.kind), place)
    found = sorted(places.values(), key=lambda place: (str(place.file), place.begin, place.end, place.kind))
    for number, place in enumerate(found, 1):
        place.number = number
    return found


def rewrite(text: str, places: list[Place]) -> str:
    """The text with all places in their switched form, the inner ones within the outer."""

    def piece(begin: int, end: int, inside: list[Place]) -> str:
        done, at = [], begin
        outer = [place for place in inside]
        while outer:
            first = min(outer, key=lambda place: (place.begin, -place.end))
            same = [place for place in outer if (place.begin, place.end) == (first.begin, first.end)]
            within = [place for place in outer if place.begin >= first.begin and place.end <= first.end and place not in same]
            done.append(text[at:first.begin])
            written = piece(first.begin, first.end, within)
            for place in sorted(same, key=lambda place: place.kind in ("delete",)):
                written = place.template.replace("NUMBER", str(place.number)).replace("{{", "\1").replace("}}", "\2") \
                    .replace("{}", written).replace("\1", "{").replace("\2", "}")
            done.append(written)
            at = first.end
            outer = [place for place in outer if place.begin >= first.end]
        done.append(text[at:end])
        return "".join(done)

    return piece(0, len(text), places)


def write_all(root: pathlib.Path, target: pathlib.Path, places: list[Place]) -> None:
    files: dict[pathlib.Path, list[Place]] = {}
    for place in places:
        files.setdefault(place.file, []).append(place)
    for file, inside in files.items():
        written = rewrite((root / file).read_text(encoding="latin-1"), inside)
        (target / file).write_text(written, encoding="latin-1")
