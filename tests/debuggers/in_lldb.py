"""Imported by LLDB: writes what it shows for the expressions in the file EXPRESSIONS into the file SHOWS.

A line `[function]` has the program run to there.
"""
import os

import lldb


def __lldb_init_module(debugger, _):
    debugger.SetAsync(False)
    interpreter = debugger.GetCommandInterpreter()
    target = debugger.GetSelectedTarget()
    process = None

    def said_to(command):
        said = lldb.SBCommandReturnObject()
        where = lldb.SBExecutionContext(process.GetSelectedThread().GetSelectedFrame())
        interpreter.HandleCommand(command, where, said)
        return (said.GetOutput() or "") + (said.GetError() or "")

    debugger.HandleCommand("settings set target.max-children-count 6")
    debugger.HandleCommand("settings set target.disable-aslr false")  # containers do not allow it
    with open(os.environ["SHOWS"], "w", encoding="utf-8") as shows:
        for line in open(os.environ["EXPRESSIONS"]).read().splitlines():
            if line.startswith("["):
                shows.write(line + "\n")
                target.BreakpointCreateByName(line[1:-1])
                if process is None:
                    process = target.LaunchSimple(None, None, None)
                else:
                    process.Continue()
            elif line:
                shows.write("(lldb) frame variable %s\n%s" % (line, said_to("frame variable " + line)))
        shows.write("[end]\n")
    if process is not None:
        process.Kill()
