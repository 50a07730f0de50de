"""Runs the benchmarks in turns, and writes tables and pictures. Called by bench/run.sh from the project's root."""

import argparse
import itertools
import os
import pathlib
import re
import subprocess
import sys

import goals
import plan
import records
import table


def run_once(run: plan.Run, core: int) -> list[records.Record]:
    """What a run prints, as records. A run that fails ends everything: a table with holes would look like a whole one."""
    pinned = ["taskset", "-c", str(core)] if run.is_pinned else []
    done = subprocess.run(pinned + run.command, env={**os.environ, **run.environment}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(run.command)}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    read = records.from_google_benchmark if run.is_google else records.from_tsv
    return read(done.stdout, run.suffix)


def selected(run: plan.Run, only: str) -> plan.Run | None:
    """What is left of the run when only some questions are asked; None if nothing is."""
    if not run.is_google or not only:
        return run if re.search(only, " ".join(run.asks)) or not run.asks else None
    listed = subprocess.run([*run.command, "--benchmark_list_tests"], capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\n") if name and re.search(only, records.split_name(name)[0])]
    if not names:
        return None
    return run._replace(command=[*run.command, "--benchmark_filter=^(" + "|".join(map(re.escape, names)) + ")$"])


def measure(runs: list[plan.Run], repetitions: int, only: str) -> list[records.Record]:
    """All runs once, then all again: a machine that slows down slows all contenders down."""
    core = max(os.sched_getaffinity(0))
    found: list[records.Record] = []
    runs = [run for run in (selected(each, only) for each in runs) if run is not None]
    try:
        for repetition, run in itertools.product(range(repetitions), runs):
            if repetition >= run.most:
                continue
            if sys.stderr.isatty():
                print(f"\r{repetition + 1}/{repetitions} {' '.join(run.command)[:90]:92}", end="", file=sys.stderr, flush=True)
            found += [record for record in run_once(run, core) if re.search(only, record.question)]
    except KeyboardInterrupt:
        print("\ninterrupted: what has been measured is reported", file=sys.stderr)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(prog="sh bench/run.sh", description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/bench"), help=argparse.SUPPRESS)
    arguments.add_argument("--smoke", action="store_true", help="each for a moment, to see that it runs")
    arguments.add_argument("--only", default="", metavar="REGEX", help="of the questions")
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--publish", action="store_true", help="rewrite the README's section and bench/published/")
    arguments.add_argument("--rewrite", action="store_true", help="the same from the figures in bench/published/, without a run")
    arguments.add_argument("--compare", nargs=2, type=pathlib.Path, metavar="TABLE.CSV", help="two saved runs")
    wanted = arguments.parse_args()
    if wanted.compare:
        before, after = (table.read_csv(file) for file in wanted.compare)
        print(table.compare(before, after), end="")
        return
    if wanted.rewrite:
        import plots
        import published

        root = pathlib.Path.cwd()
        published.write(root, published.texts_of_kept(root))
        # All but the pauses: the table does not have each of them.
        plots.draw(table.read_csv(root / published.KEPT / "table.csv"), [], root / published.KEPT)
        return

    runs = plan.plan(wanted.build, wanted.smoke)
    found = measure(runs, 1 if wanted.smoke else wanted.repetitions, wanted.only)
    medians = records.medians(record for record in found if not record.question.startswith("pause_ns"))
    results = wanted.build / "results"
    results.mkdir(parents=True, exist_ok=True)
    table.write_raw(found, results / "raw.csv")
    table.write_csv(medians, results / "table.csv")
    (results / "table.md").write_text(table.markdown(medians), encoding="utf-8")
    import plots  # here, since a comparison needs no pictures

    pictures = plots.draw(medians, found, results)
    if wanted.smoke:
        print(f"{len(medians)} questions, {len(found)} figures, {len(pictures)} pictures")
        return
    judged = table.goals_markdown(goals.judge(medians))
    (results / "goals.md").write_text(judged, encoding="utf-8")
    print(table.markdown(medians))
    print(judged)
    print(f"written to {results}: goals.md table.md table.csv raw.csv {' '.join(f'{name}.svg' for name in pictures)}")
    if wanted.publish:
        import published

        published.publish(results, pathlib.Path.cwd(), pictures)


main()
