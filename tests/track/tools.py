"""Debugging tools find what is planted in objects of pools: a use after free, an overflow, a leak; and nothing else.

usage: tools.py PLANTED.CPP COMPILER [FLAG ...]    a tool that is not on the machine is left out, and said so
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FAULTS = ("use_after_free", "overflow", "overflow_far", "leak", "none")

# What the report says, by build and fault; nothing is expected where a fault is not named.
ASAN = {
    "use_after_free": r"AddressSanitizer: use-after-poison .*\n(.*\n)+? +#0 .*use_after_free",
    "overflow": r"AddressSanitizer: use-after-poison .*\n(.*\n)+? +#0 .*overflow",
    "overflow_far": r"AddressSanitizer: use-after-poison .*\n(.*\n)+? +#0 .*overflow",
}
ASAN_ON_MALLOC = {
    "use_after_free": r"AddressSanitizer: heap-use-after-free(.*\n)+freed by thread T0 here:(.*\n)+? +#\d+ .*use_after_free",
    "overflow": r"AddressSanitizer: heap-buffer-overflow(.*\n)+allocated by thread T0 here:(.*\n)+? +#\d+ .*overflow",
    "overflow_far": r"AddressSanitizer: heap-buffer-overflow(.*\n)+allocated by thread T0 here:(.*\n)+? +#\d+ .*overflow",
    "leak": r"LeakSanitizer: detected memory leaks\n(.*\n)+Direct leak of 40 byte\(s\) in 1 object(.*\n)+? +#\d+ .*leak",
}
MEMCHECK = {
    "use_after_free": r"Invalid read of size 4\n.*use_after_free.*\n(.*\n)*?.*Address .* is 20 bytes inside a block of size 40 free'd"
                      r"(.*\n)+?.*use_after_free(.*\n)+.*Block was alloc'd at(.*\n)+?.*use_after_free",
    "overflow": r"Invalid read of size 1\n.*overflow.*\n(.*\n)*?.*Address .* is 0 bytes after a block of size 40",
    "overflow_far": r"Invalid read of size 1\n.*overflow.*\n(.*\n)*?.*Address .* is 15 bytes after a block of size 40",
    "leak": r"40 bytes in 1 blocks are definitely lost(.*\n)+?.*leak",
}
HEAPTRACK = {
    "leak": r"40B leaked over 1 calls from(.*\n)+?.*leak",
    "overflow": r"\A(?!(.*\n)*40B leaked)(.*\n)*total memory leaked",
}


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **environment})
    return done.stdout + done.stderr


def has_found_nothing(report: str) -> bool:
    return "done" in report and not re.search(r"Sanitizer|Invalid|uninitialised|definitely lost: [1-9]", report)


def check(name: str, reports: dict[str, str], expected: dict[str, str]) -> int:
    wrong = 0
    for fault, report in reports.items():
        wanted = expected.get(fault)
        is_right = re.search(wanted, report) is not None if wanted else fault != "none" or has_found_nothing(report)
        if not is_right:
            print(f"{name}: {fault}: not as expected:\n{report}")
            wrong += 1
    print(f"{name}: {len(reports) - wrong} of {len(reports)} reports as they should be")
    return wrong


def main() -> int:
    planted, compile_with = sys.argv[1], [*sys.argv[2:], "-g", "-O1", "-fno-omit-frame-pointer"]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:

        def build(name: str, *flags: str) -> str:
            program = str(pathlib.Path(folder, name))
            subprocess.run([*compile_with, *flags, planted, "-o", program], check=True)
            return program

        # The sanitizers of older compilers do not bear addresses that are scattered widely.
        plain = ["setarch", "-R"] if shutil.which("setarch") and run("setarch", "-R", "true") == "" else []
        for name, flags, expected in (("asan", [], ASAN), ("asan_on_malloc", ["-DPLANTED_ON_MALLOC"], ASAN_ON_MALLOC)):
            program = build(name, "-fsanitize=address", "-DOURO_TRACK_ASAN", *flags)
            wrong += check(name, {fault: run(*plain, program, fault) for fault in FAULTS}, expected)

        if shutil.which("valgrind") is None:
            print("memcheck: not on this machine")
        else:
            program = build("memcheck", "-DOURO_TRACK_VALGRIND")
            reports = {fault: run("valgrind", "--leak-check=full", "--num-callers=40", program, fault) for fault in FAULTS}
            wrong += check("memcheck", reports, MEMCHECK)

        if shutil.which("heaptrack") is None:
            print("heaptrack: not on this machine")
        else:
            program = build("heaptrack", "-DOURO_TRACK_HEAPTRACK")
            reports = {}
            for fault in HEAPTRACK:
                run("heaptrack", "-o", f"{folder}/{fault}", program, fault)
                (record,) = pathlib.Path(folder).glob(f"{fault}.*")
                reports[fault] = run("heaptrack_print", "--print-leaks", "1", str(record))
            wrong += check("heaptrack", reports, HEAPTRACK)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
