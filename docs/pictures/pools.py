"""The pools of a heap: the arena as a map, and the pools that are not all used or all free, block by block."""

from svg import FAINT, GREY, INK, Drawing

COLORS = {0: "#009485", 1: "#e07b39", 2: "#5b6abf"}
WIDTH, MARGIN = 760, 12
COLUMNS, CELL = 16, 44
WHAT = {"#": "used", "o": "freed", ".": "never handed out"}


def draw(told: dict) -> Drawing:
    pools = told["pools"]
    assert told["used"] == sum(pool["used"] for pool in pools) == sum(pool["blocks"].count("#") for pool in pools)
    sizes = sorted({pool["block"] for pool in pools})
    color = {size: COLORS[number] for number, size in enumerate(sizes)}
    drawing = Drawing(WIDTH, 0)
    y = MARGIN + 14
    arenas = list(dict.fromkeys(pool["arena"] for pool in pools))
    for number, arena in enumerate(arenas, 1):
        drawing.text(MARGIN, y, f"Arena {number}: {told['arena_bytes'] >> 20} MiB, {told['pools_per_arena']} pools of "
                                f"{told['pool_bytes'] >> 10} KiB", 15, bold=True)
        y += 12
        here = {pool["number"]: pool for pool in pools if pool["arena"] == arena}
        for index in range(told["pools_per_arena"]):
            x, top = MARGIN + index % COLUMNS * (CELL + 2), y + index // COLUMNS * (CELL + 2)
            drawing.box(x, top, CELL, CELL, "#f4f4f4", GREY)
            if pool := here.get(index):
                full = pool["used"] / len(pool["blocks"])
                drawing.box(x, top + CELL * (1 - full), CELL, CELL * full, color[pool["block"]],
                            title=f"{pool['used']} of {len(pool['blocks'])} blocks of {pool['block']} bytes")
                drawing.text(x + CELL / 2, top + 14, f"{pool['used']}", 11, "middle", "white" if full > 0.75 else INK)
        y += (told["pools_per_arena"] + COLUMNS - 1) // COLUMNS * (CELL + 2) + 8
    x = MARGIN
    for size in sizes:
        drawing.box(x, y, 14, 14, color[size])
        drawing.text(x + 20, y + 12, f"blocks of {size} bytes", 13)
        x += 172
    for fill, line, name in (("white", FAINT, "freed"), ("#eeeeee", "none", "never handed out")):
        drawing.box(x, y, 14, 14, fill, line)
        drawing.text(x + 20, y + 12, name, 13)
        x += 75
    y += 44
    drawing.text(MARGIN, y, "One pool of each size, block by block", 15, bold=True)
    y += 14
    for size in sizes:
        # The one where used and free blocks alternate most.
        pool = max((each for each in pools if each["block"] == size), key=lambda each: sum(map(str.__ne__, each["blocks"], each["blocks"][1:])))
        counts = ", ".join(f"{pool['blocks'].count(mark)} {name}" for mark, name in WHAT.items() if mark in pool["blocks"])
        drawing.text(MARGIN, y + 14, f"pool {pool['number']}, {size} bytes: {counts}", 13)
        y += 22
        # A block is as wide as it is large.
        unit = (WIDTH - 2 * MARGIN) / (64 * 64)
        width, height = size * unit, 10
        per_row = 4096 // size
        for i, mark in enumerate(pool["blocks"]):
            fill = {"#": color[size], "o": "white", ".": "#eeeeee"}[mark]
            drawing.box(MARGIN + i % per_row * width, y + i // per_row * (height + 1), width - 1, height, fill,
                        FAINT if mark == "o" else "none", f"block {i}: {WHAT[mark]}")
        y += (len(pool["blocks"]) + per_row - 1) // per_row * (height + 1) + 14
    drawing.height = y
    return drawing
