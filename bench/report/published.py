"""The performance section of the README, and the pictures that it shows."""

import datetime
import pathlib
import platform
import re
import shutil
import subprocess

BEGIN = "<!-- performance: begin -->"
END = "<!-- performance: end -->"


def machine() -> str:
    """The machine in words: what a reader must know to repeat the figures."""
    cpu = platform.processor() or "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    cores = sum(line.startswith("processor") for line in pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines())
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    today = datetime.date.today().isoformat()
    return f"{cpu}, {cores} cores, Linux {platform.release()}, g++ {compiler} -O2, {today}"


def replace_between(text: str, inside: str) -> str:
    """The text with what stands between the two marks replaced. \\throws if the marks are not there, once each"""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the README needs {BEGIN} and {END}, once each")
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{inside}{END}", text, flags=re.S)


def section(goals: str, policies: str, pictures: list[str]) -> str:
    shown = "\n".join(f"![{name.replace('_', ' ')}](bench/published/{name}.svg)" for name in pictures)
    return (f"Medians of runs in turns on one pinned core: {machine()}.\n`sh bench/run.sh` repeats them; "
            f"[all figures](bench/published/table.md). Ratios hold from machine to machine, times do not.\n\n"
            f"{goals}\n{shown}\n\n"
            f"One program, the machine of the language in `examples/lox`, under several choices of policies, `ouro` being\n"
            f"`memory<local_refcount, trial_deletion, pool_allocator>`: time, the most memory, and what is left when all\n"
            f"variables are gone. What the pools keep are the names of fields.\n\n{policies}\n")


def publish(results: pathlib.Path, root: pathlib.Path, goals: str, policies: str, pictures: list[str]) -> None:
    """Copies the tables and the pictures to where they are kept, and rewrites the README."""
    kept = root / "bench/published"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name in ["table.md", "table.csv", *(f"{picture}.svg" for picture in pictures)]:
        shutil.copy(results / name, kept / name)
    readme = root / "README.md"
    readme.write_text(replace_between(readme.read_text("utf-8"), section(goals, policies, pictures)), encoding="utf-8")
