#!/usr/bin/env python3
"""Judges what the tests execute of include/: of the lines, and of the two ways out of each condition.
usage: python3 tests/coverage.py BUILD    (of the preset `coverage`, its tests passed: tests/coverage.sh does all of it)

What is counted, and how many builds and processes become one, stands in coverage.sh. Fails if something is not executed
that coverage_gaps.txt does not name, or if something is executed that it does name."""

import bisect
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

VERSION = 19
LEAST_BRANCHES = 95  # percent, whatever is named

root = pathlib.Path(__file__).resolve().parent.parent
include = root / "include"
named_gaps = root / "tests" / "coverage_gaps.txt"


class Source:
    """A header, and what all programs together have executed of it."""

    def __init__(self, path):
        self.text = path.read_text().split("\n")
        self.name = str(path.relative_to(root))
        self.lines = {}  # number: executions
        self.branches = {}  # (line, column, last line, last column) of a condition: [times true, times false]
        self.constants = set()  # conditions that are constant expressions in some instantiation

    def add(self, segments, branches):
        """What llvm-cov knows of the header in one program. A segment: line, column, executions, whether that is
        known, whether a region begins here, whether it is the space between two."""
        starts = [tuple(segment[:2]) for segment in segments]
        for branch in branches:
            place, taken = tuple(branch[:4]), branch[4:6]
            sides = self.branches.setdefault(place, [0, 0])
            for side in (0, 1):
                sides[side] += taken[side]
            # Executed, and neither true nor false.
            at = segments[bisect.bisect_right(starts, place[:2]) - 1]
            if not any(taken) and at[2] and at[3]:
                self.constants.add(place)
        for number, count in executed_lines(segments, self.text):
            self.lines[number] = self.lines.get(number, 0) + count

    def finish(self, bodies, compile_time):
        """`bodies`: lines in functions, and so to be executed, whether the compiler has mentioned them or not; of a
        template that nothing instantiates it does not. `compile_time`: lines that only the compiler executes."""
        for number in bodies:
            self.lines.setdefault(number, 0)
        no_code = re.compile(r"\s*(//.*|#.*|(} else )?if constexpr \(.*|)$")
        for number in list(self.lines):
            if no_code.match(self.text[number - 1]) or number in compile_time:
                del self.lines[number]
        for place, sides in list(self.branches.items()):
            if place[0] in compile_time or place in self.constants and not any(sides):
                del self.branches[place]

    def line_gaps(self):
        """Runs of lines that were not executed, with the text of each line."""
        runs = []
        executed = sorted(self.lines.items())
        for (number, count), (_, before) in zip(executed, [(0, 1), *executed]):
            if count == 0:
                if before != 0:
                    runs.append([])
                text = self.text[number - 1].strip()
                if not re.search(r"\w", text):  # an empty block: what it is of
                    text = self.text[number - 2].strip() + " " + text
                runs[-1].append((number, text))
        return runs

    def branch_gaps(self):
        """Of conditions that were executed: line, column, and which outcome they never had."""
        for (line, column, last, end), sides in sorted(self.branches.items()):
            rows = self.text[line - 1:last]
            rows[-1] = rows[-1][:end - 1]
            rows[0] = rows[0][column - 1:]
            condition = " ".join(row.strip() for row in rows)
            for side, outcome in zip(sides, ("true", "false")):
                if side == 0 and self.lines.get(line):
                    yield line, column, condition, outcome

    def totals(self):
        sides = [side for both in self.branches.values() for side in both]
        return [sum(map(bool, self.lines.values())), len(self.lines), sum(map(bool, sides)), len(sides)]


def executed_lines(segments, text):
    """Of all regions that begin on a line, go on there with more than braces, or reach into it, what was executed most:
    llvm-cov's rule, which overlooks those that go on behind a macro or a discarded statement."""
    of_line = collections.defaultdict(list)
    for segment in segments:
        of_line[segment[0]].append(segment)
    reaching = None
    for number in range(segments[0][0], segments[-1][0] + 1) if segments else []:
        here = of_line.get(number, [])
        counts = [s[2] for s in here if s[3] and not s[5] and (s[4] or re.search(r"\w", text[number - 1][s[1] - 1:]))]
        is_skipped = bool(here) and not here[0][3] and here[0][4]
        if reaching and reaching[3] and not is_skipped and not (counts and reaching[5]):
            counts.append(reaching[2])
        if counts:
            yield number, max(counts)
        if here:
            reaching = here[-1]


def programs(build):
    """The test programs, with the directories of their counters. What is not among them runs examples."""
    for profiles in sorted((build / "profiles").iterdir()):
        for name in (f"test_{profiles.name}", profiles.name.replace(".", "_")):
            program = build / "tests" / name
            # What a fuzzer executes is chance.
            if program.is_file() and not name.startswith("fuzz"):
                yield program, profiles
                break


def files_of(program, profiles):
    merged = profiles / "merged.profdata"

    def run(*command):
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    run(f"llvm-profdata-{VERSION}", "merge", "-o", merged, *profiles.glob("*.profraw"))
    return json.loads(run(f"llvm-cov-{VERSION}", "export", program, f"-instr-profile={merged}", "--skip-functions",
                          "--skip-expansions", include))["data"][0]["files"]


def functions():
    """Of each header two sets of lines: what stands in functions, and what only the compiler executes."""
    sys.path.append("/usr/lib/python3/dist-packages")
    from clang import cindex

    cindex.Config.set_library_file(f"/usr/lib/llvm-{VERSION}/lib/libclang-{VERSION}.so.1")
    kind = cindex.CursorKind
    function = {kind.FUNCTION_DECL, kind.CXX_METHOD, kind.CONSTRUCTOR, kind.DESTRUCTOR, kind.CONVERSION_FUNCTION,
                kind.FUNCTION_TEMPLATE}
    never_run = {kind.CONCEPT_DECL, kind.TYPE_ALIAS_DECL, kind.TYPE_ALIAS_TEMPLATE_DECL}
    inside = collections.defaultdict(set)
    compile_time = collections.defaultdict(set)

    def visit(cursor):
        for child in cursor.get_children():
            name = child.location.file.name if child.location.file else ""
            if not name.startswith(str(include)):
                continue
            extent = range(child.extent.start.line, child.extent.end.line + 1)
            if child.kind in function:
                body = next((c for c in child.get_children() if c.kind == kind.COMPOUND_STMT), None)
                if body is not None:
                    begin = body.extent.start.offset
                    tokens = list(child.get_tokens())
                    if any(t.spelling == "consteval" and t.extent.start.offset < begin for t in tokens):
                        compile_time[name].update(extent)
                    inside[name].update(t.extent.start.line for t in tokens if t.extent.start.offset > begin and
                                        t.kind in (cindex.TokenKind.IDENTIFIER, cindex.TokenKind.KEYWORD,
                                                   cindex.TokenKind.LITERAL) and t.spelling not in ("else", "try"))
            elif child.kind in never_run:
                compile_time[name].update(extent)
            elif child.kind in (kind.VAR_DECL, kind.UNEXPOSED_DECL):  # a variable, or a template of one
                if any(t.spelling in ("constexpr", "constinit") for t in child.get_tokens()):
                    compile_time[name].update(extent)
            else:
                visit(child)

    unit = cindex.Index.create().parse(str(include / "ouro/ouro.hpp"), ["-xc++", "-std=c++20", f"-I{include}"])
    visit(unit.cursor)
    return inside, compile_time


class NamedGap:
    """`FILE: A PIECE OF A LINE`, or `FILE: A PIECE OF A CONDITION is never true` (or false)."""

    def __init__(self, text):
        self.text = text
        self.file, _, what = text.partition(": ")
        found = re.fullmatch(r"(.*) is never (true|false)", what)
        self.piece, self.outcome = found.groups() if found else (what, None)
        self.reason = ""
        self.is_found = False

    def names(self, file, text, outcome=None):
        if self.file != file or self.outcome != outcome or self.piece not in text:
            return False
        self.is_found = True
        return True


def read_named_gaps():
    """Lines that are indented tell the reason of those that are above."""
    gaps = []
    for line in named_gaps.read_text().splitlines():
        if line.startswith(" "):
            for gap in reversed(gaps):
                if gap.reason:
                    break
                gap.reason = line.strip()
        elif line and not line.startswith("#"):
            gaps.append(NamedGap(line))
    return gaps


def percent(part, whole):
    return 100 if part == whole else int(10000 * part / whole) / 100


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    sources = {str(path): Source(path) for path in sorted(include.rglob("*.hpp"))}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for files in pool.map(lambda both: files_of(*both), programs(build)):
            for file in files:
                sources[file["filename"]].add(file["segments"], file["branches"])
    inside, compile_time = functions()
    for name, source in sources.items():
        source.finish(inside[name], compile_time[name])

    print(f"{'':52}{'lines':>11}{'':8}{'branches':>11}")
    totals = [0, 0, 0, 0]
    for source in sources.values():
        here = source.totals()
        totals = [sum(both) for both in zip(totals, here)]
        if here[1]:
            print_row(source.name, here)
    print_row("all", totals)

    gaps = read_named_gaps()
    unnamed = 0
    print("\nNot executed:")
    for source in sources.values():
        for run in source.line_gaps():
            # No generator: each gap that names it is to know.
            is_named = any([gap.names(source.name, text) for _, text in run for gap in gaps])
            unnamed += not is_named
            for number, text in run:
                print(f"{source.name}:{number}: {text}{'' if is_named else '   <-- not named'}")
        for line, column, condition, outcome in source.branch_gaps():
            is_named = any([gap.names(source.name, condition, outcome) for gap in gaps])
            unnamed += not is_named
            print(f"{source.name}:{line}:{column}: {condition} is never {outcome}{'' if is_named else '   <-- not named'}")

    print()
    failed = unnamed != 0
    if unnamed:
        print(f"{unnamed} gaps are not named in {named_gaps.relative_to(root)}: test them, or say there why they cannot be.")
    for gap in gaps:
        if not gap.reason:
            print(f"no reason: {gap.text}")
            failed = True
        if not gap.is_found and not gap.reason.startswith("race:"):
            print(f"no longer a gap: {gap.text}")
            failed = True
    if percent(*totals[2:]) < LEAST_BRANCHES:
        print(f"less than {LEAST_BRANCHES} % of the branches")
        failed = True
    sys.exit(failed)


def print_row(name, totals):
    lines, all_lines, branches, all_branches = totals
    print(f"{name:52}{lines:5} /{all_lines:5}{percent(lines, all_lines):7.5g}%{branches:5} /{all_branches:5}"
          f"{percent(branches, all_branches):7.5g}%")


main()
