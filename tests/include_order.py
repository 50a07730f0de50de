"""Checks that includes point down, and a few rules of the house that a compiler does not know.

usage: include_order.py INCLUDE_FOLDER
"""

import pathlib
import re
import sys

# Each layer with those that it may include besides itself, from the lowest to the highest.
LAYERS = {
    "config": [],
    "config.hpp": ["config"],
    "base": ["config.hpp"],
    "trace": ["config.hpp", "base"],
    "refcount": ["config.hpp", "base"],
    "object": ["config.hpp", "base", "trace", "refcount"],
    "allocator": ["config.hpp", "base"],
    "heap": ["config.hpp", "base", "trace", "refcount", "object", "allocator"],
    "collector": ["config.hpp", "base", "trace", "refcount", "object", "allocator", "heap"],
}
LAYERS["fwd.hpp"] = [*LAYERS["collector"], "collector"]
LAYERS["pointer"] = [*LAYERS["fwd.hpp"], "fwd.hpp"]
for layer in ("copy", "inspect"):
    LAYERS[layer] = [*LAYERS["pointer"], "pointer"]
LAYERS["intern"] = [*LAYERS["inspect"], "inspect"]
LAYERS["island"] = [*LAYERS["intern"], "intern"]
LAYERS["containers"] = [*LAYERS["intern"], "intern"]
LAYERS["standard"] = [*LAYERS["pointer"], "pointer"]
LAYERS["shared_ptr.hpp"] = [*LAYERS["standard"], "standard"]
LAYERS["threads.hpp"] = [*LAYERS["collector"], "collector"]
LAYERS["ouro.hpp"] = [*LAYERS["containers"], "containers", "copy", "island"]


HIDE, RESTORE = "#include <ouro/macros/hide.hpp>", "#include <ouro/macros/restore.hpp>"


def faults_of_macros(text: str) -> list[str]:
    """Macros of the program are hidden behind all includes, and restored at the end."""
    includes = [line for line in text.splitlines() if line.startswith("#include")]
    directives = r"^#(?:.*\\\n)*.*$"
    if all(re.match(r"//|$", line) for line in re.sub(directives, "", text, flags=re.M).splitlines()):
        return []  # nothing is declared
    faults = [] if includes[-2:-1] == [HIDE] and includes.count(HIDE) == 1 else [f"does not have '{HIDE}' behind its includes"]
    return faults if text.endswith(f"\n\n{RESTORE}\n") else [*faults, f"does not end with '{RESTORE}'"]


def faults_of(name: str, text: str) -> list[str]:
    layer = name.split("/")[0]
    if layer == "macros":
        return [f"includes {included}" for included in re.findall("#include (.+)", text)]
    faults = [] if layer in LAYERS else ["lies in no layer"]
    faults += faults_of_macros(text)
    for included in re.findall(r"#include <ouro/(?!macros/)(.+?)>", text):
        above = included.split("/")[0]
        if above != layer and above not in LAYERS.get(layer, []):
            faults.append(f"includes {included}, which does not lie below it")
    if re.search(r"#include <iostream>", text):
        faults.append("includes <iostream>")
    if '#include "' in text:
        faults.append("includes by quotes")
    if not text.startswith("#pragma once\n/// \\file\n"):
        faults.append("does not begin with '#pragma once' and '/// \\file'")
    if layer not in ("config.hpp", "config"):
        left = set(re.findall(r"#\s*define (\w+)", text)) - set(re.findall(r"#\s*undef (\w+)", text))
        faults += [f"defines the macro {macro}" for macro in sorted(left)]
        # What is misspelt here is silently false; config/platform.hpp defines each of these, to 0 or to 1.
        faults += [f"asks '#{asked}'" for asked in re.findall(r"^#\s*((?:if|elif|ifdef|ifndef)\b.*)", text, re.M)
                   if not re.fullmatch(r"(el)?if !?OURO_HAS_\w+", asked)]
    return faults


def main() -> int:
    root = pathlib.Path(sys.argv[1], "ouro")
    files = sorted(root.rglob("*.hpp"))
    faults = 0
    for file in files:
        name = file.relative_to(root).as_posix()
        for fault in faults_of(name, file.read_text(encoding="utf-8")):
            print(f"{name} {fault}")
            faults += 1
    print(f"{len(files)} headers, {faults} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
