"""Changes the library in one place at a time, and lists the changes that no test notices.

usage: run.py [--sample N] [--seed N] [--jobs N] [--only REGEX] [--programs NAME,...]

Draws places that instrument.py has found, builds the test programs once with all of them, and runs those programs that execute a
place with that place changed, the fastest first, until one fails. What survives is looked up in survivors.txt, which says why no test can notice:
the exit code is 1 if one survives that is not there.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import instrument

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutants"
SOURCE = BUILD / "source"
# The interpreter of examples/ takes longer to compile than all others, and changes nothing.
PROGRAMS = sorted({test.relative_to(ROOT / "tests").parts[0] for test in (ROOT / "tests").rglob("*_test.cpp")} - {"examples"}) + ["graph"]
GIBIBYTE = 1 << 30


def executable(program: str) -> str:
    return "fuzz_graph" if program == "graph" else f"test_{program}"


def command(program: str) -> list[str | pathlib.Path]:
    path = BUILD / "binary" / "tests" / executable(program)
    return [path, "--operations", "500000"] if program == "graph" else [path, "--abort-after=1", "--no-breaks"]


def build(places: list[instrument.Place], programs: list[str]) -> list[instrument.Place]:
    """Builds the programs; returns the places that compile."""
    if SOURCE.exists():
        shutil.rmtree(SOURCE)
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, SOURCE / name)
    binary = BUILD / "binary"
    flags = f"-std=c++20 -O0 -w -include {SOURCE}/tests/mutants/mutants.hpp"
    subprocess.run(["cmake", "-G", "Ninja", "-S", SOURCE, "-B", binary, f"-DCMAKE_CXX_FLAGS={flags}", "-DOURO_BUILD_EXAMPLES=OFF",
                    "-DOURO_PRECOMPILE_TESTS=ON", "-DCMAKE_BUILD_TYPE="], check=True, stdout=subprocess.DEVNULL)
    targets = [executable(name) for name in programs]
    while True:
        instrument.write_all(ROOT, SOURCE, places)
        done = subprocess.run(["cmake", "--build", binary, "--parallel", "2", "--target", *targets], capture_output=True, text=True,
                              check=False)
        if done.returncode == 0:
            return places
        wrong = {(pathlib.Path("include") / found[1], int(found[2]))
                 for found in re.finditer(r"(?:^|/)include/(ouro/\S+?\.hpp):(\d+):\d+:\s+(?:fatal )?(?:error|required|note)", done.stdout,
                                          re.M)}
        errors = {(pathlib.Path("include") / found[1], int(found[2]))
                  for found in re.finditer(r"include/(ouro/\S+?\.hpp):(\d+):\d+:\s+error", done.stdout)}
        kept = [place for place in places if (place.file, place.line) not in errors]
        if len(kept) == len(places):
            kept = [place for place in places if (place.file, place.line) not in wrong]
        if len(kept) == len(places):
            sys.exit(done.stdout[-8000:])
        for place in places:
            if place not in kept:
                print(f"does not compile when switched: {place.file}:{place.line} {place.kind}", file=sys.stderr)
        places = kept


def limit() -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (8 * GIBIBYTE, 8 * GIBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program: str, seconds: float, **environment: str) -> bool:
    """Whether the program passes in time."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command(program), env={**os.environ, "OURO_TEST_SEED": "1", **environment},
                                   stdout=said, stderr=said, stdin=subprocess.DEVNULL, preexec_fn=limit)
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                pass
            process.wait()


class Judge:
    def __init__(self, programs: list[str]) -> None:
        self.seconds: dict[str, float] = {}
        self.hits: dict[str, bytes] = {}
        for name in programs:
            file = BUILD / f"{name}.hits"
            file.unlink(missing_ok=True)
            begin = time.monotonic()
            if not run(name, 1200, OURO_MUTANT_HITS=str(file)):
                print(f"{name} fails without any change, and is left out", file=sys.stderr)
                continue
            self.seconds[name] = time.monotonic() - begin
            self.hits[name] = file.read_bytes()

    def programs_of(self, place: instrument.Place) -> list[str]:
        return sorted((name for name, hits in self.hits.items() if hits[place.number]), key=self.seconds.__getitem__)

    def killer_of(self, place: instrument.Place) -> str:
        """The program that notices the change; empty if none does."""
        for name in self.programs_of(place):
            if not run(name, 20 + 10 * self.seconds[name], OURO_MUTANT=str(place.number)):
                return name
        return ""


def explained() -> dict[str, str]:
    """The places of survivors.txt, and the reason of each."""
    reasons, waiting = {}, []
    for line in (ROOT / "tests" / "mutants" / "survivors.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            reasons.update((key, line.strip()) for key in waiting)
            waiting = []
        elif line and not line.startswith("#"):
            waiting.append(line)
    return reasons


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--sample", type=int, default=600)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--jobs", type=int, default=2)
    wanted.add_argument("--only", default="", help="of the places whose lines in survivors.txt would match")
    wanted.add_argument("--programs", type=lambda text: text.split(","), default=PROGRAMS)
    wanted = wanted.parse_args()

    found = instrument.find_places(ROOT)
    texts = {place.file: (ROOT / place.file).read_text(encoding="latin-1") for place in found}
    drawn = sorted((place for place in found if re.search(wanted.only, place.key(texts[place.file]))),
                   key=lambda place: hashlib.sha256(f"{wanted.seed} {place.key(texts[place.file])}".encode()).digest())
    drawn = build(drawn[:wanted.sample * 3 // 2], wanted.programs)
    judge = Judge(wanted.programs)
    print(f"{len(drawn)} of {len(found)} places; programs: "
          + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(judge.seconds.items(), key=lambda each: each[1])), flush=True)

    # What no program executes is either executed by the compiler, or marked for gcovr.
    executed = [place for place in drawn if judge.programs_of(place)]
    print(f"{len(drawn) - len(executed)} of them are not executed, and left out", flush=True)
    executed = executed[:wanted.sample]
    reasons, killed, known, new = explained(), 0, 0, []
    with concurrent.futures.ThreadPoolExecutor(wanted.jobs) as pool:
        for place, killer in zip(executed, pool.map(judge.killer_of, executed)):
            key = place.key(texts[place.file])
            if killer:
                killed += 1
                print(f"killed by {killer}: {place.line} {key}", flush=True)
            elif key in reasons:
                known += 1
            else:
                new.append(key)
                print(f"SURVIVES: {place.line} {key}", flush=True)
    print(f"\n{killed + known + len(new)} mutants: {killed} killed, {known} that survive and are explained, {len(new)} others")
    print("\n".join(sorted(new)))
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
