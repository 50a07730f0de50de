"""Has Spin check the models of protocols between threads, and find the faults that are planted in them.

usage: check_models.py SPIN C_COMPILER [MODEL...]
Prints the states that were explored, and for each planted fault what has found it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# The scenes of each model: how often threads do what it is about. A fault must be found in one of them. All together take about
# half a minute on one core.
SCENES = {
    "biased_count": [
        {"COPIES": 1, "HANDOVERS": 2, "FLAGS_AT_FIRST": 0},
        {"COPIES": 0, "HANDOVERS": 1, "FLAGS_AT_FIRST": "SUSPECT"},
    ],
    "biased_weak": [{"LOCKS": 2, "COPIES": 0, "HANDOVERS": 1}],
    "handshake": [{"ROUNDS": 2}],
    "merge_queue": [
        {"COPIES": 0, "HANDOVERS": 0, "COLLECTIONS": 1, "FLAGS_AT_FIRST": 0},
        {"COPIES": 0, "HANDOVERS": 1, "COLLECTIONS": 0, "FLAGS_AT_FIRST": 0},
    ],
    "remote_free": [{"USES": 1}],
    "weak_lock": [
        {"LOCKS": 3, "COPIES": 1, "EDGES": 0, "HAS_FINALIZER": 1},
        {"LOCKS": 3, "COPIES": 1, "EDGES": 1, "HAS_FINALIZER": 0},
        {"LOCKS": 3, "COPIES": 1, "EDGES": 1, "HAS_FINALIZER": 1},
    ],
}


def planted(model: str) -> list[str]:
    """The macros that plant faults, as the model's first comment lists them."""
    return re.findall(r"^ \*   ([A-Z_]+) ", model.split("*/")[0], re.M)


def explore(model: pathlib.Path, macros: list[str], spin: str, compiler: str) -> tuple[int, str]:
    """The number of states, and the first error or ''. All states, if there is none: a search that was cut off fails."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [f"-D{macro}" for macro in macros]
        subprocess.run([spin, *flags, "-a", model.resolve()], cwd=folder, check=True, capture_output=True)
        # Not optimised: that would take longer than it saves.
        subprocess.run([compiler, "-O0", "-w", "-DSAFETY", "-DMEMLIM=4000", "-o", "explore", "pan.c"], cwd=folder, check=True)
        said = subprocess.run(["./explore", "-m100000", "-w20"], cwd=folder, check=False, capture_output=True, text=True).stdout
    states = re.search(r"(\d+) states, stored", said)
    error = re.search(r"^pan:\d+: (.*) \(at depth", said, re.M)
    is_cut_off = "Search not completed" in said or "max search depth too small" in said
    if states is None or (is_cut_off and error is None) or ("errors: 0" in said) != (error is None):
        sys.exit(f"{model.name} {macros}: not explored\n{said}")
    return int(states[1]), error[1] if error else ""


def main() -> int:
    spin, compiler, *names = sys.argv[1:]
    models = sorted(HERE.glob("*.pml"))
    if unlisted := [model.name for model in models if model.stem not in SCENES]:
        sys.exit(f"no scenes: {unlisted}")
    faults = 0
    for model in models:
        if names and model.stem not in names:
            continue
        scenes = [[f"{name}={value}" for name, value in scene.items()] for scene in SCENES[model.stem]]
        for scene in scenes:
            states, error = explore(model, scene, spin, compiler)
            print(f"{model.stem}, {' '.join(scene)}: {states} states{': ' + error if error else ', no fault'}")
            faults += bool(error)
        for macro in planted(model.read_text("utf-8")):
            states, error = 0, ""
            for scene in scenes:
                if not error:
                    states, error = explore(model, [*scene, macro], spin, compiler)
            print(f"{model.stem}, {macro}: {f'found after {states} states: {error}' if error else 'NOT FOUND'}")
            faults += not error
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
