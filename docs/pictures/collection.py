"""The steps of a collection, each a graph of the heap as it is then."""

PLACES = {"a": "0,1.5", "b": "1.5,1.5", "c": "0,0", "d": "1.5,0"}
PROGRAM, WEAK = "3,0", "-1.35,1.5"
STEPS = {
    "before": "before",
    "tried": "subtracted: counts are lowered",
    "looked": "checked: garbage is known",
    "severed": "severed: edges are null",
    "after": "after",
}


def fill(told: dict, step: str) -> str:
    if told["dead"]:
        return "#d8d8d8"
    if step in ("looked", "severed", "after"):
        return "#f7dcc8" if told["gray"] else "#cdeae6"
    if told["gray"]:
        return "#fbf3c0"
    return "#f7dcc8" if told["candidate"] else "white"


def marks(told: dict, step: str) -> str:
    if told["dead"]:
        return "dead"
    if told["candidate"]:
        return "candidate"
    if step == "looked":
        return "garbage" if told["gray"] else "alive"
    return "gray" if told["gray"] else "old" if told["old"] else ""


def graph(told: dict) -> str:
    step = told["step"]
    objects = {each["name"]: each for each in told["objects"]}
    lines = []
    for name, place in PLACES.items():
        if each := objects.get(name):
            lines.append(f'{name} [pos="{place}!", label=<{name}: <b>{each["count"]}</b><br/><font point-size="10">{marks(each, step) or " "}</font>>, '
                         f'fillcolor="{fill(each, step)}"];')
            lines += [f"{name} -> {target};" for target in each["edges"]]
        else:
            lines.append(f'{name} [pos="{place}!", label="{name}", style="dotted", color="#aaaaaa", fontcolor="#aaaaaa"];')
    lines.append(f'program [pos="{PROGRAM}!", shape=box, label="program", style="", width=0.95, height=0.35];')
    lines.append(f'weak [pos="{WEAK}!", shape=box, label="weak", style="", width=0.6, height=0.35];')
    lines.append("program -> d;")
    if told["weak"]:
        lines.append("weak -> a [style=dashed];")
    return (f'digraph {{ layout=neato; bgcolor=white; label="{STEPS[step]}"; labelloc=t; fontname="sans-serif"; fontsize=14; splines=true; pad=0.1; '
            'node [shape=circle, style=filled, fontname="sans-serif", fontsize=14, width=0.95, fixedsize=true]; '
            + "\n".join(lines) + "}")


def frames(told: list) -> dict[str, str]:
    """A graph for each step, by its name. \\throws if a step is missing"""
    drawn = {each["step"]: graph(each) for each in told}
    assert list(drawn) == list(STEPS), list(drawn)
    return drawn
