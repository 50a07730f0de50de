"""What is kept of a run: tables and pictures in bench/published/, and the figures of the README."""

import datetime
import pathlib
import platform
import re
import shutil
import subprocess
import textwrap

import comparisons
import table
from records import Medians

BEGIN = "<!-- performance: begin -->"
END = "<!-- performance: end -->"
KEPT = pathlib.Path("bench/published")
README = pathlib.Path("README.md")


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


def section(medians: Medians, measured_on: str) -> str:
    """Of the README."""
    below = (f"Where ouro loses: {comparisons.losses(medians)}. Medians on one core ({measured_on}). Ratios carry over to other "
             f"machines, times do not. [All comparisons]({KEPT}/comparisons.md), [all figures]({KEPT}/table.md).")
    lines = textwrap.fill(below, 140, break_long_words=False, break_on_hyphens=False)
    return f"![ouro beside its peers, as ratios]({KEPT}/overview.svg)\n\n{lines}\n"


def texts(root: pathlib.Path, medians: Medians, measured_on: str) -> dict[pathlib.Path, str]:
    """All that is written from the figures of a run, by its place."""
    return {
        KEPT / "machine.md": measured_on + "\n",
        KEPT / "comparisons.md": comparisons.markdown(medians),
        KEPT / "policies.md": table.policies_markdown(medians),
        README: replace_between((root / README).read_text("utf-8"), section(medians, measured_on)),
    }


def texts_of_kept(root: pathlib.Path) -> dict[pathlib.Path, str]:
    """The same, from the figures that are kept."""
    measured_on = (root / KEPT / "machine.md").read_text("utf-8").strip()
    return texts(root, table.read_csv(root / KEPT / "table.csv"), measured_on)


def write(root: pathlib.Path, written: dict[pathlib.Path, str]) -> None:
    for place, text in written.items():
        (root / place).write_text(text, encoding="utf-8")


def publish(results: pathlib.Path, root: pathlib.Path, pictures: list[str]) -> None:
    """Copies the figures and the pictures to where they are kept, and writes the texts from these figures."""
    kept = root / KEPT
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name in ["table.md", "table.csv", *(f"{picture}.svg" for picture in pictures)]:
        shutil.copy(results / name, kept / name)
    write(root, texts(root, table.read_csv(kept / "table.csv"), machine()))
