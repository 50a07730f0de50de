"""What a smart pointer costs to build: bytes of code for each type, the time to compile a hundred types, and that to include it.

Prints lines of question, contender, value and unit. usage: build_cost.py FOLDER [--smoke]
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys

TYPES = 100

CONTENDERS = {
    "ouro": ("#include <ouro/ouro.hpp>\n"
             "template <class T> using pointer = ouro::ptr<T>;\n"
             "template <class T> pointer<T> make() { return ouro::make<T>(); }\n"),
    "ouro, no collector": ("#include <ouro/ouro.hpp>\n"
                           "using plain = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;\n"
                           "template <class T> using pointer = plain::ptr<T>;\n"
                           "template <class T> pointer<T> make() { return plain::make<T>(); }\n"),
    "shared_ptr": ("#include <memory>\n"
                   "template <class T> using pointer = std::shared_ptr<T>;\n"
                   "template <class T> pointer<T> make() { return std::make_shared<T>(); }\n"),
}

# A program that includes ouro includes these two by itself, nearly always.
INCLUDED = {
    "empty file": "",
    "memory and vector": "#include <memory>\n#include <vector>\n",
    "ouro": "#include <ouro/ouro.hpp>\n",
    "ouro, fwd.hpp": "#include <ouro/fwd.hpp>\n",
}
INCLUDED_TIMES = 9

# What a program does with each type: makes, copies and drops.
USE = """struct node_{0} {{
  pointer<node_{0}> left, right;
  int value;
}};
pointer<node_{0}> make_{0}() {{ return make<node_{0}>(); }}
pointer<node_{0}> copy_{0}(const pointer<node_{0}>& from) {{ return from; }}
void drop_{0}(pointer<node_{0}>& dropped) {{ dropped = nullptr; }}
"""


def compile_time(compiler: str, source: pathlib.Path) -> float:
    """Milliseconds of processor time, which other work on the machine does not lengthen as it does the clock's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, "-std=c++20", "-O2", "-DNDEBUG", "-Iinclude", "-c", str(source), "-o",
                    str(source.with_suffix(".o"))], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def code(object_file: pathlib.Path) -> int:
    """Bytes of machine code."""
    sections = subprocess.run(["size", "-A", str(object_file)], capture_output=True, text=True, check=True).stdout
    return sum(int(line.split()[1]) for line in sections.splitlines() if line.startswith(".text"))


def show(question: str, contender: str, value: float, unit: str) -> None:
    print(question, contender, f"{value:.1f}", unit, sep="\t")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    types = 2 if "--smoke" in sys.argv else TYPES
    compiler = os.environ.get("CXX", "g++")
    times_of = {contender: [] for contender in INCLUDED}
    for _ in range(1 if "--smoke" in sys.argv else INCLUDED_TIMES):
        for contender, text in INCLUDED.items():  # in turns, since the machine is not equally fast at all times
            source = folder / "included.cpp"
            source.write_text(text, encoding="utf-8")
            times_of[contender].append(compile_time(compiler, source))
    for contender, times in times_of.items():
        show("include_time", contender, statistics.median(times), "ms")
    for contender, begin in CONTENDERS.items():
        name = contender.replace(", ", "_").replace(" ", "_")
        sources = {count: folder / f"{name}_{count}.cpp" for count in (1, types)}
        times = {}
        for count, source in sources.items():
            source.write_text(begin + "".join(USE.format(i) for i in range(count)), encoding="utf-8")
            times[count] = compile_time(compiler, source)
        show("compile_time", contender, times[types], "ms")
        # What is there once, however many types there are, is not theirs.
        once, all_types = (code(sources[count].with_suffix(".o")) for count in (1, types))
        show("code_per_type", contender, (all_types - once) / (types - 1), "bytes")


main()
