"""Checks that words of one compiler stand in config.hpp and its folder alone: where another compiler is to be served, that is
where to look.

usage: compiler_words.py INCLUDE_FOLDER
"""

import pathlib
import re
import sys

# Each with what is to be done instead.
HOUSE = "config/compiler.hpp has functions and OURO_ macros for what the language lacks"
WORDS = {
    r"\b__\w+": HOUSE,  # __builtin_, __attribute__, __int128, __extension__, __atomic_, __forceinline, __FUNCSIG__, ...
    r"\b_[A-Z]\w+": HOUSE,  # _Pragma, _ReadWriteBarrier, _BitScanForward, ...
    r"\basm\b": HOUSE,
    r"\[\[\s*(?:gnu|clang|msvc)\s*::\s*\w+": HOUSE,
    r"\[\[\s*using\b": HOUSE,
    r"\bno_unique_address\b": "OURO_NO_UNIQUE_ADDRESS says it to Microsoft's compiler, too",
    r"^\s*#\s*pragma (?!once$).*": HOUSE,
    r"(?<![\w>\])])\(\{": "a statement expression; a lambda is the language's",
    r"\btypeof\b": "decltype is the language's",
    r"\?:": "a conditional without its middle is GNU's",
}
# Of the language itself, and of libraries that are used by names of theirs under a condition.
KNOWN = {"__VA_ARGS__", "__FILE__", "__LINE__", "__func__", "__cplusplus", "__has_include", "__STDCPP_DEFAULT_NEW_ALIGNMENT__",
         "__cxa_demangle", "__lsan_register_root_region", "__lsan_unregister_root_region"}


def code_of(text: str) -> str:
    """Without comments and the contents of literals; lines stay where they are."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.S)


def faults_of(text: str) -> list[tuple[int, str, str]]:
    code = code_of(text)
    faults = []
    for pattern, remedy in WORDS.items():
        for found in re.finditer(pattern, code, re.M):
            if found[0] not in KNOWN:
                faults.append((code.count("\n", 0, found.start()) + 1, found[0].strip(), remedy))
    return sorted(faults)


# Each is found, so that a pattern which finds nothing is noticed.
SAMPLES = ("__builtin_prefetch(p);", "_Pragma(\"x\")", "asm volatile(\"\");", "struct [[gnu::packed]] s;", "[[using gnu: hot]] void f();",
           "[[no_unique_address]] T t;", "#pragma GCC poison x", "int i = ({ 1; });", "typeof(i) j;", "return a ?: b;",
           "[[ msvc::noinline ]] void f();")
HARMLESS = ("// __builtin_trap()", "/* asm */ int i;", 'name = "__dict__";', "list.push_back({1, 2});", "f<T>({});", "#pragma once",
            "x = '\\'' + 1'000'000; /* __a */", "a[0]({});", "[[nodiscard]] int f();")


def main() -> int:
    for sample in SAMPLES:
        if not faults_of(sample):
            sys.exit(f"this is not found: {sample}")
    for sample in HARMLESS:
        if faults_of(sample):
            sys.exit(f"this is taken for a fault: {sample}: {faults_of(sample)}")
    root = pathlib.Path(sys.argv[1], "ouro")
    # macros/ pushes and pops the macros of programs by pragmas that all compilers have.
    files = [file for file in sorted(root.rglob("*.hpp"))
             if file.relative_to(root).as_posix() != "config.hpp" and file.relative_to(root).parts[0] not in ("config", "macros")]
    faults = [(file.relative_to(root).as_posix(), *fault) for file in files for fault in faults_of(file.read_text("utf-8"))]
    for name, line, word, remedy in faults:
        print(f"{name}:{line}: '{word}' is a word of some compilers only: {remedy}")
    print(f"{len(files)} headers, {len(faults)} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
