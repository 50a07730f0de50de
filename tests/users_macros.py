"""The headers in a program that has defined macros of names that the headers use: they compile, the macros are as they were
behind them, and the library works.

usage: users_macros.py PROJECT COMPILER [FLAG ...]
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

# What windows.h, Xlib, Qt, AssertMacros.h, Arduino and programs themselves define, whether or not a header uses the name today.
NAMES = """
A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
min max small near far hyper interface IN OUT OPTIONAL ERROR DELETE CONST VOID TRUE FALSE CALLBACK PASCAL STRICT DIFFERENCE
Bool None Status True False Success Always Complex Convex Above Below Screen Display
slots signals emit foreach forever
check verify require debug assert_equal ASSERT CHECK REQUIRE LOG INFO DEBUG WARN FAIL TEST
byte word bit lowByte highByte interrupts B0 B1 huge header table major minor
malloc calloc realloc free new delete abs round swap length index in out self all each info trace log test unused
likely unlikely noinline always_inline noreturn nodiscard visibility used unreachable assume
""".split()

PROGRAM = """
struct node {
  ouro::ptr<node> next;
};
int main() {
  auto ring = ouro::make<node>();
  ring->next = ouro::make<node>(ring);
  const ouro::weak<node> watched = ring;
  ring.reset();
  const bool is_collected = ouro::gc::collect() == 2 && watched.expired();

  ouro::list<int> list{3, 1, 2};
  list.insert(list.begin(), 4);
  ouro::dict<ouro::interned_string, int> dict;
  dict[ouro::interned_string{"key"}] = 5;
  const auto copied = ouro::deepcopy(ouro::make<node>(ouro::make<node>()));
  return is_collected && list.size() == 4 && dict.at(ouro::interned_string{"key"}) == 5 && copied->next ? 0 : 1;
}
"""


def names_of(hide: str, restore: str) -> list[str]:
    """The names that are hidden. The three lists of them are equal."""
    asked = re.findall(r"defined\((?!OURO_)(\w+)\)", hide)
    lists = [re.findall(r'push_macro\("(\w+)"\)', hide), re.findall(r"#undef (\w+)", hide),
             re.findall(r'pop_macro\("(\w+)"\)', restore)]
    if any(each != asked for each in lists) or not asked:
        sys.exit(f"macros/hide.hpp and macros/restore.hpp do not have the same names in the same order: {asked} {lists}")
    return asked


def main() -> int:
    project, command = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    include = project / "include"
    hide, restore = ((include / f"ouro/macros/{name}.hpp").read_text("utf-8") for name in ("hide", "restore"))
    names = sorted({*NAMES, *names_of(hide, restore)})
    headers = sorted(header.relative_to(include) for header in include.rglob("*.hpp") if header.parent.name != "macros")
    text = "".join((include / header).read_text("utf-8") for header in headers)
    standard = sorted(set(re.findall(r"^#include <(\w+)>$", text, re.M)))
    # The headers of the standard library do not survive all of the macros, and so they come first. No form of a macro breaks
    # a header that this form does not break. A macro may be defined again if it is the same.
    before = ("".join(f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in standard) +
              "".join(f"#define {name} @{name}\n" for name in names))
    behind = ("".join(f"#ifndef {name}\n#error {name} is gone\n#endif\n#define {name} @{name}\n" for name in names) +
              "".join(f"#undef {name}\n" for name in names))
    all_headers = "".join(f"#include <{header}>\n" for header in headers)

    with tempfile.TemporaryDirectory() as folder:
        one_header = pathlib.Path(folder, "one.hpp")
        subprocess.run([sys.executable, project / "packaging/amalgamate.py", one_header], check=True)
        without = {}
        for name in ("hide", "restore"):
            empty = pathlib.Path(folder, f"without_{name}/ouro/macros/{name}.hpp")
            empty.parent.mkdir(parents=True)
            empty.touch()
            without[name] = f"-I{empty.parents[2]}"
        cases = (  # what is included, the flags, and what the compiler must say: nothing if the program works
            (all_headers, [], ""),
            (f'#include "{one_header}"\n', ["-DOURO_ONE_HEADER"], ""),
            # What the others show is there is missing here.
            ("#include <ouro/config.hpp>\n#include <ouro/base/type_list.hpp>\n", [without["hide"]], r"@\w|stray"),
            ("#include <ouro/config.hpp>\n#include <ouro/base/type_list.hpp>\n", [without["restore"]], "without macros/restore"),
            ("#include <ouro/config.hpp>\n", [without["restore"]], "A is gone"),
        )

        def fault_of(number: int) -> str:
            ours, flags, expected = cases[number]
            source, program = pathlib.Path(folder, f"{number}.cpp"), pathlib.Path(folder, str(number))
            source.write_text(before + ours + behind + PROGRAM, encoding="utf-8")
            done = subprocess.run([*command, *flags, f"-I{include}", "-pthread", source, "-o", program],
                                  capture_output=True, text=True, check=False)
            if done.returncode == 0 and expected == "":
                done = subprocess.run([program], capture_output=True, text=True, check=False)
                return f"the program of case {number} returns {done.returncode}\n{done.stderr}" if done.returncode else ""
            if done.returncode != 0 and expected and re.search(expected, done.stderr):
                return ""
            return f"case {number} {flags}: expected '{expected or 'no error'}'\n{done.stderr[:2000]}"

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            faults = [fault for fault in pool.map(fault_of, range(len(cases))) if fault]
    print(*faults, f"{len(names)} macros, {len(cases)} cases, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
