"""What is run: every benchmark of ours, beside its peers."""

import os
import pathlib
import shutil
from typing import NamedTuple


class Run(NamedTuple):
    command: list[str]
    suffix: str = ""  # behind the names of the contenders
    environment: dict[str, str] = {}
    is_google: bool = False
    most: int = 1000  # repetitions: what takes minutes is not repeated
    is_pinned: bool = True
    asks: tuple[str, ...] = ()  # the questions, where they are known beforehand


# Programs that ask about allocation: their contenders on operator new are asked again on other allocators.
ON_ALLOCATORS = ("make_and_drop", "churn", "across_threads", "trees_and_lists")
ON_NEW = "<(shared|intrusive|intrusive_unsafe|intrusive_safe|unique)[,>]"
TWO_THREADS = ("across_threads", "shared_roots")

# For 10^8 objects and what a collection takes to look at all of them.
MEMORY_FOR_HUGE = 16 << 30

DEBIAN = pathlib.Path("/usr/lib/x86_64-linux-gnu")

# What the programs about cycles are asked, and the questions that they answer then.
CYCLES = {
    "cyc": ("cyc_make", "cyc_drop", "cyc_collect", "cyc_whole"),
    "ring": ("ring",),
    "grid": ("grid",),
    "scan": ("scan",),
    "scan_few": ("scan_few",),
    "scan_growth": ("scan_growth",),
    "churn": ("churn_on", "churn_off", "churn_make_on", "churn_make_off"),
    "trees": ("trees",),
    "gcbench": ("gcbench",),
    "pause": ("pause_median", "pause_p999", "pause_longest", "pause_per_object", "pause_ns", "pause_collections"),
}


def allocators(build: pathlib.Path) -> dict[str, pathlib.Path]:
    """The libraries that take the place of malloc, by name; those that are there."""
    places = {
        "mimalloc": build / "peers/libmimalloc.so",
        "snmalloc": build / "peers/libsnmalloc.so",
        "tcmalloc": DEBIAN / "libtcmalloc_minimal.so.4",
        "jemalloc": DEBIAN / "libjemalloc.so.2",
        "tbbmalloc": DEBIAN / "libtbbmalloc_proxy.so.2",
    }
    for name in [name for name, place in places.items() if not place.exists()]:
        print(f"{name} is not here, and left out")
        del places[name]
    return places


def google_benchmarks(build: pathlib.Path, smoke: bool) -> list[Run]:
    time = "--benchmark_min_time=" + ("0.001" if smoke else "0.1")
    runs = []
    found = allocators(build) if not smoke else {}
    for name in sorted(source.stem for source in pathlib.Path("bench").glob("*.cpp")):
        program = build / "bench" / f"bench_{name}"
        command = [str(program), time, "--benchmark_format=json"]
        if smoke:
            command.append("--benchmark_filter=-/10000000$|/1000000$")
        pinned = name not in TWO_THREADS
        runs.append(Run(command, is_google=True, is_pinned=pinned))
        if name in ON_ALLOCATORS:
            for allocator, library in found.items():
                runs.append(Run([*command, f"--benchmark_filter={ON_NEW}"], " on " + allocator,
                                {"LD_PRELOAD": str(library)}, is_google=True, is_pinned=pinned))
    return runs


def cycle_programs(build: pathlib.Path, smoke: bool) -> list[Run]:
    here = build / "bench/cycles"
    programs = [(here / f"cycles_{name}", [str(here / f"cycles_{name}")], 3)
                for name in ("ouro", "ouro_generational", "shared_ptr", "bdwgc")]
    if not smoke:
        foreign = here / "foreign"
        programs += [(foreign / name, [str(foreign / name)], 3) for name in ("orc", "go")]
        programs += [(foreign / "Cycles.class", ["java", f"-XX:+Use{collector}GC", "-cp", str(foreign), "Cycles"], 3)
                     for collector in ("Serial", "G1")]
        programs += [(pathlib.Path(f"bench/cycles/cycles.{ending}"), [command, f"bench/cycles/cycles.{ending}"], 1)
                     for command, ending in (("python3", "py"), ("php", "php")) if shutil.which(command)]
    # One question at a time, so that what is compared has run within seconds of each other.
    runs = [Run([*command, question] + (["--smoke"] if smoke else []), most=most, asks=answers)
            for question, answers in CYCLES.items() for path, command, most in programs if path.exists()]
    if not smoke and os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >= MEMORY_FOR_HUGE:
        runs += [Run([str(here / "cycles_ouro"), "--huge", question], most=1, asks=CYCLES[question])
                 for question in ("scan_growth", "pause")]
    return runs


def plan(build: pathlib.Path, smoke: bool) -> list[Run]:
    briefly = ["--smoke"] if smoke else []
    costs = Run(["python3", "bench/build_cost.py", str(build / "build_cost"), *briefly],
                asks=("code_per_type", "compile_time", "include_time"))
    others = [Run([str(build / "bench/bytes/print_bytes"), *briefly],
                  asks=("bytes_per_object", "bytes_left", "trim_time"))]
    # The bytes of a container do not vary from run to run.
    others += [Run(command, most=1, asks=("bytes_of",)) for command in (
        [str(build / "bench/bytes/print_containers")], ["python3", "bench/bytes/containers.py"])]
    others.append(Run([str(build / "bench/lox/print_policies"), "bench/lox", *briefly], asks=("lox_",)))
    # Not to be had as a package: whoever has built it says where.
    if clox := os.environ.get("CLOX"):
        others.append(Run(["python3", "bench/lox/beside_clox.py", str(build / "bench/lox/lox"), clox, "bench/lox"],
                          asks=("clox_",)))
    return google_benchmarks(build, smoke) + cycle_programs(build, smoke) + others + [costs]
