"""Has a debugger show the values of program.cpp, and compares what it writes, letter by letter, with what it should.

usage: run.py gdb|lldb [--debugger=PROGRAM] [--script=FILE] [--update] PROGRAM...
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
packaging = here.parent.parent / "packaging" / "debuggers"


def ask(command, expressions):
    """What the debugger's script has written; if it has not come to its end, what the debugger says."""
    with tempfile.TemporaryDirectory() as folder:
        shows = pathlib.Path(folder) / "shows"
        environment = dict(os.environ, EXPRESSIONS=str(expressions), SHOWS=str(shows), LC_ALL="C.UTF-8",
                           PYTHONDONTWRITEBYTECODE="1")
        run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, encoding="utf-8", timeout=300)
        written = shows.read_text(encoding="utf-8") if shows.exists() else ""
        return written if "\n[end]\n" in written else written + run.stdout


def command_of(kind, debugger, script, program):
    if kind == "lldb":
        scripts = ["command script import " + each for each in (script, str(here / "in_lldb.py"))]
        return [debugger, "--no-lldbinit", "--batch", "-o", scripts[0], "-o", scripts[1], program]
    load = ["-ex", "source " + script]
    if script == "none":
        load = [word for each in (program, str(packaging)) for word in ("-iex", "add-auto-load-safe-path " + each)]
    return [debugger, "-q", "-nx", "-batch"] + load + ["-x", str(here / "in_gdb.py"), program]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["gdb", "lldb"])
    parser.add_argument("--debugger")
    parser.add_argument("--script", help="none: that which the program brings along")
    parser.add_argument("--update", action="store_true", help="write what is expected")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()

    expected = here / ("expected.%s.txt" % options.kind)
    script = options.script or str(packaging / options.kind / ("ouro_%s.py" % options.kind))
    failed = False
    for program in options.programs:
        said = ask(command_of(options.kind, options.debugger or options.kind, script, program),
                   here / ("expressions.%s.txt" % options.kind))
        # How a type is spelled is up to the compiler.
        said = re.sub(r"^\(.*?\) (?=\S+ = )", "", said, flags=re.MULTILINE)
        said = re.sub(r"0x0*[1-9a-f][0-9a-f]*", "0x…", said)
        if options.update:
            expected.write_text(said, encoding="utf-8")
        wanted = expected.read_text(encoding="utf-8")
        if said != wanted:
            failed = True
            differences = difflib.unified_diff(wanted.splitlines(True), said.splitlines(True), str(expected), program)
            sys.stdout.writelines(differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
