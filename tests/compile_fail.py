"""Compiles what must not compile, or not without a warning.

Each case is a file that begins with `// expect: REGEX`, `// expect in first error: REGEX` or `// expect warning: REGEX`. With
OURO_MUST_FAIL defined it must be refused with a message, or with a first line of an error, that the expression matches, or compile
with such a warning; without, its twin must compile without a word, so that no typing error passes for a refusal.

usage: compile_fail.py FOLDER COMPILER [FLAG ...]
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile


def compile_source(command: list[str], source: pathlib.Path, *flags: str) -> tuple[bool, str]:
    done = subprocess.run([*command, "-fsyntax-only", *flags, str(source)], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def fault_of(command: list[str], case: pathlib.Path, plain: list[str] | None = None) -> str:
    """What is wrong with a case; empty if it behaves. `plain`: the command without what is precompiled, from which g++ forgets
    which warnings are no errors."""
    first = case.read_text(encoding="utf-8").splitlines()[0]
    expected = re.fullmatch(r"// expect( in first error| warning)?: (.+)", first)
    if expected is None:
        return "has no '// expect: REGEX' in its first line"
    if expected.group(1) == " warning" and plain is not None:
        command = plain
    compiles, output = compile_source(command, case)
    if not compiles:
        return f"its twin does not compile:\n{output}"
    if output:
        return f"its twin compiles with a warning:\n{output}"
    compiles, output = compile_source(command, case, "-DOURO_MUST_FAIL")
    if expected.group(1) == " warning":
        if not compiles:
            return f"is refused, and must not be:\n{output}"
        if not re.search("warning: .*" + expected.group(2), output):
            return f"compiles without the warning '{expected.group(2)}':\n{output}"
        return ""
    if compiles:
        return "compiles, and must not"
    if expected.group(1) == " in first error":
        said = next((line for line in output.splitlines() if re.search(r"\berror: ", line)), "")
    else:
        said = output
    if not re.search(expected.group(2), said, re.S):
        return f"is refused without the message '{expected.group(2)}':\n{output}"
    return ""


def precompile(command: list[str], folder: str) -> list[str]:
    """The command, with what all cases include compiled once."""
    header = pathlib.Path(folder, "included_by_all.hpp")
    header.write_text("#include <ouro/ouro.hpp>\n", encoding="utf-8")
    subprocess.run([*command, "-x", "c++-header", str(header), "-o", f"{header}.gch"], check=True)
    return [*command, "-include", str(header)]


def check_harness(command: list[str]) -> None:
    """A harness that cannot fail proves nothing."""
    with tempfile.TemporaryDirectory() as folder:
        case = pathlib.Path(folder, "case.cpp")
        for text, fault in (
            ("// expect: no way\n#ifdef OURO_MUST_FAIL\n#error no way\n#endif\n", ""),
            ("// expect: no way\nint i = 0;\n", "compiles"),
            # Most refusals lie in the bodies of templates, which must be looked into.
            ("// expect: no way\ntemplate <class T> void f() {\n#ifdef OURO_MUST_FAIL\n"
             "static_assert(sizeof(T) == 0, \"no way\");\n#endif\n}\nvoid g() { f<int>(); }\n", ""),
            ("// expect: no way\n#ifdef OURO_MUST_FAIL\n#error another\n#endif\n", "is refused without"),
            ("// expect: no way\n#error no way\n", "its twin"),
            ("// expect in first error: no way\n#ifdef OURO_MUST_FAIL\n#error no way\n#error another\n#endif\n", ""),
            ("// expect in first error: no way\n#ifdef OURO_MUST_FAIL\n#error another\n#error no way\n#endif\n",
             "is refused without"),
            ("// expect warning: no way\n#ifdef OURO_MUST_FAIL\n#warning no way\n#endif\n",
             "" if "-Werror" not in command else "is refused, and must not"),
            ("// expect warning: no way\nint i = 0;\n", "compiles without the warning"),
        ):
            case.write_text(text, encoding="utf-8")
            found = fault_of(command, case)
            if not found.startswith(fault) or bool(found) != bool(fault):
                sys.exit(f"the harness is broken: {text!r} gave {found!r}")


def main() -> int:
    folder, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    check_harness(command)
    cases = sorted(folder.glob("*.cpp"))
    with tempfile.TemporaryDirectory() as built, concurrent.futures.ThreadPoolExecutor(2) as pool:
        precompiled = precompile(command, built)
        faults = list(pool.map(lambda case: fault_of(precompiled, case, command), cases))
    for case, fault in zip(cases, faults):
        if fault:
            print(f"{case.name} {fault}")
    print(f"{len(cases)} cases, {sum(map(bool, faults))} faults")
    return 1 if any(faults) or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
