"""The questions, asked of CPython. Takes [--smoke] [QUESTION...]; prints question, contender, value, unit."""

import gc
import sys
import time

WORDS = sys.argv[1:]
SMOKE = "--smoke" in WORDS
WANTED = [word for word in WORDS if not word.startswith("--")]
CONTENDER = f"CPython {sys.version_info[0]}.{sys.version_info[1]}"
now = time.perf_counter_ns


def wants(question):
    return not WANTED or question in WANTED


def size(full):
    return min(full, 1000 + full // 10_000) if SMOKE else full


def report(question, value, unit):
    print(question, CONTENDER, f"{value:.2f}", unit, sep="\t", flush=True)


def quantile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def random_numbers(end, state=88172645463325252):
    """xorshift64*: the same numbers in every language here."""
    mask = (1 << 64) - 1
    while True:
        state ^= state >> 12
        state ^= state << 25 & mask
        state ^= state >> 27
        yield ((state * 0x2545F4914F6CDD1D & mask) >> 32) * end >> 32


class Node:
    __slots__ = ("left", "right", "payload")

    def __init__(self):
        self.left = self.right = None
        self.payload = 0


class Cell:
    __slots__ = ("up", "down", "left", "right")

    def __init__(self):
        self.up = self.down = self.left = self.right = None


def ask_cyc():
    objects = size(1_000_000)
    gc.disable()
    # The first repetition has a fresh heap.
    for _ in range(2):
        times = [now()]
        pairs = []
        for _ in range(objects // 2):
            first, second = Node(), Node()
            first.left, second.left = second, first
            pairs.append(first)
        first = second = None
        times.append(now())
        pairs.clear()
        times.append(now())
        gc.collect()
        times.append(now())
    gc.enable()
    for i, phase in enumerate(("make", "drop", "collect")):
        report(f"cyc_{phase}", (times[i + 1] - times[i]) / objects, "ns")
    report("cyc_whole", (times[3] - times[0]) / objects, "ns")


def make_ring(objects):
    first = last = Node()
    for _ in range(objects - 1):
        last.left = Node()
        last = last.left
    last.left = first


def make_grid(side):
    above = []
    for row in range(side):
        here = [Cell() for _ in range(side)]
        for column, cell in enumerate(here):
            if column:
                cell.left = here[column - 1]
                here[column - 1].right = cell
            if row:
                cell.up = above[column]
                above[column].down = cell
        above = here


def ask_collect(question, objects, make):
    gc.disable()
    for _ in range(2):
        make()
        begin = now()
        gc.collect()
        time_taken = now() - begin
    gc.enable()
    report(question, time_taken / objects, "ns")


def make_graph(objects):
    nodes = [Node() for _ in range(objects)]
    random = random_numbers(objects)
    for node in nodes:
        node.left = nodes[next(random)]
        node.right = nodes[next(random)]
    return nodes


def cut(nodes):
    for node in nodes:
        node.left = node.right = None
    nodes.clear()


def ask_scan():
    nodes = make_graph(size(1_000_000))
    times = []
    for _ in range(3):
        begin = now()
        gc.collect()
        times.append((now() - begin) / len(nodes))
    report("scan", quantile(times, 0.5), "ns")
    cut(nodes)


def churn(nodes, draws, make_every):
    until_make = make_every
    begin = now()
    for to, source in draws:
        until_make -= 1
        if until_make == 0:
            nodes[to].right = Node()
            until_make = make_every
        else:
            nodes[to].left = nodes[source]
    return (now() - begin) / len(draws)


def ask_churn():
    nodes = make_graph(size(1_000_000))
    random = random_numbers(len(nodes))
    # Drawn before, since that costs more than the copies here.
    draws = [(next(random), next(random)) for _ in range(size(2_000_000))]
    gc.disable()
    report("churn_off", churn(nodes, draws, 0), "ns")
    report("churn_make_off", churn(nodes, draws, 100), "ns")
    gc.enable()
    report("churn_on", churn(nodes, draws, 0), "ns")
    report("churn_make_on", churn(nodes, draws, 100), "ns")
    cut(nodes)


class Child:
    __slots__ = ("left", "right", "parent")

    def __init__(self, depth):
        self.parent = None
        if depth > 0:
            self.left = Child(depth - 1)
            self.right = Child(depth - 1)
            self.left.parent = self.right.parent = self
        else:
            self.left = self.right = None

    def count(self):
        return 1 if self.left is None else 1 + self.left.count() + self.right.count()


def ask_trees():
    """A sixteenth of the trees that the other contenders make, and sixteen times their time."""
    depth, least, share = (8, 4, 1) if SMOKE else (18, 4, 16)
    begin = now()
    assert Child(depth + 1).count() == 2 ** (depth + 2) - 1
    lives_on = Child(depth)
    rest = now() - begin
    begin = now()
    for each in range(least, depth + 1, 2):
        trees = 2 ** (depth - each + least) // share
        assert sum(Child(each).count() for _ in range(trees)) == trees * (2 ** (each + 1) - 1)
    trees_time = (now() - begin) * share
    assert lives_on.count() == 2 ** (depth + 1) - 1
    report("trees", (rest + trees_time) / 1e6, "ms")


class Branch:
    __slots__ = ("left", "right", "first", "second")

    def __init__(self, left=None, right=None):
        self.left, self.right = left, right
        self.first = self.second = 0

    def populate(self, depth):
        if depth > 0:
            self.left, self.right = Branch(), Branch()
            self.left.populate(depth - 1)
            self.right.populate(depth - 1)


def build(depth):
    return Branch() if depth <= 0 else Branch(build(depth - 1), build(depth - 1))


def ask_gcbench():
    stretch = 8 if SMOKE else 18
    begin = now()
    build(stretch)
    lives_on = Branch()
    lives_on.populate(stretch - 2)
    array = [1.0 / (i + 1) for i in range(250_000)] + [0.0] * 250_000
    for depth in range(4, stretch - 1, 2):
        trees = 2 * (2 ** (stretch + 1) - 1) // (2 ** (depth + 1) - 1)
        for _ in range(trees):
            Branch().populate(depth)
        for _ in range(trees):
            build(depth)
    assert lives_on is not None and array[1000] == 1.0 / 1001
    report("gcbench", (now() - begin) / 1e6, "ms")


def ask_pause(live):
    nodes = make_graph(size(live))
    gc.collect()
    pauses, began = [], 0

    def note(phase, _):
        nonlocal began
        if phase == "start":
            began = now()
        else:
            pauses.append(now() - began)

    gc.callbacks.append(note)
    for _ in range(size(1_000_000)):
        first, second = Node(), Node()
        first.left, second.left = second, first
    gc.callbacks.remove(note)
    if pauses:
        for name, part in ("median", 0.5), ("p999", 0.999), ("longest", 1.0):
            report(f"pause_{name}/{live}", quantile(pauses, part) / 1e3, "us")
    report(f"pause_collections/{live}", len(pauses), "")
    for pause in pauses:
        report(f"pause_ns/{live}", pause, "ns")
    cut(nodes)


QUESTIONS = {
    "cyc": ask_cyc,
    "ring": lambda: ask_collect("ring", size(1_000_000), lambda: make_ring(size(1_000_000))),
    "grid": lambda: ask_collect("grid", size(1_000_000), lambda: make_grid(int(size(1_000_000) ** 0.5))),
    "scan": ask_scan,
    "churn": ask_churn,
    "trees": ask_trees,
    "gcbench": ask_gcbench,
    "pause": lambda: ask_pause(1_000_000),
}
for question, ask in QUESTIONS.items():
    if wants(question):
        ask()
