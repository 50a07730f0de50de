"""The one header of packaging/amalgamate.py, alone and in one translation unit with the headers that it is made from.

usage: one_header.py PROJECT COMPILER [FLAG ...]
"""

import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = "int main() { return ouro::make<int>(1).use_count() == 1 ? 0 : 1; }\n"


def main() -> int:
    project, command = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        one = pathlib.Path(folder, "one/ouro/ouro.hpp")
        other = pathlib.Path(folder, "other/ouro")
        subprocess.run([sys.executable, project / "packaging/amalgamate.py", one], check=True)
        # Headers of another version, which no test needs to get past the first.
        for header in (project / "include/ouro").rglob("*.hpp"):
            empty = other / header.relative_to(project / "include/ouro")
            empty.parent.mkdir(parents=True, exist_ok=True)
            empty.touch()
        (other / "config.hpp").write_text("#define OURO_VERSION_MAJOR 1000\n#define OURO_VERSION_MINOR 0\n"
                                          "#define OURO_VERSION_PATCH 0\n", encoding="utf-8")

        headers, others = f"-I{project / 'include'}", f"-I{other.parent}"
        cases = (  # what is included, the flags, and what the compiler must say: nothing if it compiles
            ([one], [], ""),
            ([one, "ouro/ouro.hpp"], [headers], ""),
            (["ouro/ouro.hpp", one], [headers], ""),
            ([one, "ouro/pointer/gc.hpp"], [headers], ""),
            ([one], [others], "of another version than the one header"),
            ([one], [others, "-DOURO_ONE_HEADER"], ""),
            # Two sets of the same declarations are the error that the others show not to be there.
            ([one, "ouro/ouro.hpp"], [headers, "-DOURO_ONE_HEADER"], "redefinition"),
        )

        def fault_of(number: int) -> str:
            included, flags, expected = cases[number]
            source = pathlib.Path(folder, f"{number}.cpp")
            includes = (f"#include <{each}>\n" if isinstance(each, str) else f'#include "{each}"\n' for each in included)
            source.write_text("".join(includes) + PROGRAM, encoding="utf-8")
            done = subprocess.run([*command, *flags, "-fsyntax-only", source], capture_output=True, text=True, check=False)
            if (done.returncode == 0) == (expected == "") and expected in done.stderr:
                return ""
            return f"{included} {flags}: expected '{expected or 'no error'}'\n{done.stderr[:2000]}"

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            faults = [fault for fault in pool.map(fault_of, range(len(cases))) if fault]
    print(*faults, f"{len(cases)} cases, {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
