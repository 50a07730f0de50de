"""The words of a header: which bits mean what."""

from svg import FAINT, TEAL, Drawing

BIT, LEFT, HEIGHT = 26, 10, 40


def color(bits: int, number: int) -> str:
    return ("#cdeae6" if number % 2 else "#e4f4f2") if bits > 1 else ("#f7dcc8" if number % 2 else "#fbeee4")


def draw(told: dict) -> Drawing:
    drawing = Drawing(2 * LEFT + 32 * BIT, 430)
    drawing.text(LEFT, 24, f"A header: {told['bytes']} bytes in front of the object ({told['biased_bytes']} with biased_refcount)", 15, bold=True)
    y = 70
    for word in told["words"]:
        drawing.text(LEFT, y - 10, word["word"], 14, color=TEAL, bold=True)
        has_turned = False
        for number, field in enumerate(sorted(word["fields"], key=lambda each: each["first"])):
            # The highest bit stands on the left.
            x = LEFT + (32 - field["first"] - field["bits"]) * BIT
            width = field["bits"] * BIT
            drawing.box(x, y + 10, width, HEIGHT, color(field["bits"], number), FAINT)
            if field["bits"] > 1:
                drawing.text(x + width / 2, y + 35, f"{field['name']} ({field['bits']})", 13, "middle")
            else:
                has_turned = True
                drawing.text(x + BIT / 2 + 4, y + 58, field["name"], 13, "end", turned=True)
        for bit in (31, 16, 0):
            drawing.text(LEFT + (31 - bit) * BIT + BIT / 2, y + 5, str(bit), 10, "middle", FAINT)
        y += 150 if has_turned else 80
    drawing.height = y - 30
    return drawing
