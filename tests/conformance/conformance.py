"""Runs scenarios under CPython and under this library, and compares what they print, line by line.

usage: conformance.py DRIVER [--random STEPS]

Runs the scenarios of scenarios.txt, and random ones with STEPS steps in all. differences.txt lists the scenarios that are
meant to differ, each with the reason: the test fails if one of them does not. OURO_TEST_SEED chooses the random ones.
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
COLLECTORS = ("trial_deletion", "generational")
SLOTS = "xyz"


def scenarios_of(output):
    """The lines of each scenario by its title."""
    scenarios, lines = {}, []
    for line in output.splitlines():
        if line.startswith("== "):
            lines = scenarios.setdefault(line[3:], [])
        else:
            lines.append(line)
    return scenarios


def run(*command):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr[-2000:]}")
    return scenarios_of(done.stdout)


def read_differences():
    """{(collector, title)} that are meant to differ."""
    meant = set()
    for line in (HERE / "differences.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            collectors, title, _ = line.split(" | ")
            meant |= {(collector, title) for collector in (COLLECTORS if collectors == "both" else [collectors])}
    return meant


def compare(driver, file, meant, collectors=COLLECTORS):
    """Returns how many scenarios and steps were compared, and prints the faults."""
    expected = run(sys.executable, HERE / "drive_python.py", file)
    faults = 0
    for collector in collectors:
        found = run(driver, collector, file)
        for title, lines in expected.items():
            is_same = found.get(title) == lines
            if is_same == ((collector, title) not in meant):
                continue
            faults += 1
            if is_same:
                print(f"{title} ({collector}): is listed as a difference, and is none")
                continue
            print(f"{title} ({collector}):")
            for ours, python in zip(found.get(title, []), lines):
                print(f"    {ours}" if ours == python else f"  * {ours}\n    CPython: {python}")
    return len(expected), sum(map(len, expected.values())), faults


class Program:
    """A random scenario, without the steps that differences.txt is about."""

    def __init__(self, title, dice, has_generations):
        self.dice = dice
        self.title = title
        self.has_generations = has_generations
        self.has_saver = dice.random() < 0.3
        self.names, self.weaks, self.steps = [], [], []
        self.made = 0

    def name(self):
        return self.dice.choice(self.names)

    def make(self):
        name = f"t{self.made}"
        self.made += 1
        kind = self.dice.random()
        if self.has_saver and self.made == 3:
            self.steps.append(f"makefin save {name}")
        elif kind < 0.15:
            self.steps.append(f"makefin {self.dice.choice(['note', 'peek'])} {name}")
        else:
            self.steps.append(f"make {name}")
        self.names.append(name)

    def drop(self):
        name = self.names.pop(self.dice.randrange(len(self.names)))
        self.steps.append(f"del {name}")

    def collect(self):
        self.steps.append("collect 0" if self.has_generations and self.dice.random() < 0.5 else "collect")

    def weak(self):
        # CPython clears weak references to a thing before its finalizer can resurrect it, and this library afterwards.
        if self.has_saver:
            return self.ask()
        if self.weaks and self.dice.random() < 0.6:
            name = f"t{self.made}"
            self.made += 1
            self.steps.append(f"get {name} {self.dice.choice(self.weaks)}")
            self.steps.append(f"del {name}")
        else:
            self.weaks.append(f"w{len(self.weaks)}")
            self.steps.append(f"{self.dice.choice(['weak', 'weakcb'])} {self.weaks[-1]} {self.name()}")

    def copy(self):
        if self.has_saver:
            return self.ask()
        name = f"t{self.made}"
        self.made += 1
        self.steps.append(f"{self.dice.choice(['copy', 'deepcopy'])} {name} {self.name()}")
        self.steps.append(f"shape {name}")
        self.names.append(name)

    def ask(self):
        verb = self.dice.choice(["count", "finalized", "referents", "shape", "tracked"])
        self.steps.append(f"{verb} {self.name()}")

    def write(self, steps):
        while len(self.steps) < steps:
            dice = self.dice.random()
            if len(self.names) < 2 or dice < 0.2:
                self.make()
            elif dice < 0.55:
                target = "-" if self.dice.random() < 0.2 else self.name()
                self.steps.append(f"set {self.name()}.{self.dice.choice(SLOTS)} {target}")
            elif dice < 0.77:
                self.drop()
            elif dice < 0.85:
                self.collect()
            elif dice < 0.92:
                self.weak()
            elif dice < 0.94:
                self.copy()
            else:
                self.ask()
        return f"{self.title}: {'; '.join(self.steps)}\n"


def compare_random(driver, steps):
    seed = int(os.environ.get("OURO_TEST_SEED", random.randrange(1 << 32)))
    print(f"OURO_TEST_SEED={seed}")
    dice = random.Random(seed)
    length, faults = 60, 0
    with tempfile.TemporaryDirectory() as scratch:
        for has_generations in (False, True):
            file = pathlib.Path(scratch, f"{has_generations}.txt")
            with file.open("w", encoding="utf-8") as out:
                for i in range(steps // length // 2 + 1):
                    out.write(Program(f"random {i}", dice, has_generations).write(length))
            # Under trial deletion things become old when a collection looks at them, which is not when they do in CPython.
            collectors = ("generational",) if has_generations else COLLECTORS
            count, done, found = compare(driver, file, set(), collectors)
            print(f"{count} random scenarios of {done} steps under {' and '.join(collectors)}: {found} differ")
            faults += found
    return faults


def main():
    driver = pathlib.Path(sys.argv[1]).resolve()
    meant = read_differences()
    count, steps, faults = compare(driver, HERE / "scenarios.txt", meant)
    print(f"{count} scenarios of {steps} steps under {' and '.join(COLLECTORS)}: {faults} faults, {len(meant)} meant differences")
    if "--random" in sys.argv:
        faults += compare_random(driver, int(sys.argv[sys.argv.index("--random") + 1]))
    sys.exit(1 if faults else 0)


main()
