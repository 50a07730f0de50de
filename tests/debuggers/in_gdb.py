"""Sourced by GDB: writes what it shows for the expressions in the file EXPRESSIONS into the file SHOWS.

A line `[function]` has the program run to there, a line `!command` is carried out; `type of` asks for the first child's,
`frame` which one is selected.
"""
import os

import gdb

gdb.execute("set startup-with-shell off")
gdb.execute("set disable-randomization off")  # containers do not allow it
gdb.execute("set width 0")
gdb.execute("set print elements 12")


def show(expression):
    try:
        shown = gdb.execute("output " + expression, to_string=True)
    except gdb.error as error:
        shown = "error: %s" % error
    shows.write("(gdb) print %s\n%s\n" % (expression, shown))


shows = open(os.environ["SHOWS"], "w", encoding="utf-8")
here = None
for line in open(os.environ["EXPRESSIONS"]).read().splitlines():
    if line.startswith("["):
        shows.write(line + "\n")
        gdb.execute("break " + line[1:-1], to_string=True)
        gdb.execute("run" if here is None else "continue", to_string=True)
        here = line
    elif line.startswith("!"):
        gdb.execute(line[1:], to_string=True)
        shows.write("(gdb) %s\n" % line[1:])
    elif line.startswith("type of "):
        # Of the raw pointer, which in a window can be unfolded.
        child = next(gdb.default_visualizer(gdb.parse_and_eval(line[len("type of "):])).children())
        shows.write("%s: %s %s\n" % (line, child[0], child[1].type))
    elif line == "frame":
        shows.write("frame: %s\n" % gdb.selected_frame().name())
    elif line:
        show(line)
shows.write("[end]\n")
shows.close()
