"""The little of SVG that the pictures need. All have a white ground, to be read in a dark page too."""

from html import escape

INK, FAINT, GREY, TEAL = "#222222", "#8a8a8a", "#d8d8d8", "#009485"


class Drawing:
    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self.parts: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, fill: str, line: str = "none", title: str = "") -> None:
        told = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}" '
                          f'stroke="{line}">{told}</rect>')

    def text(self, x: float, y: float, what: str, size: float = 13, anchor: str = "start", color: str = INK,
             turned: bool = False, bold: bool = False) -> None:
        turn = f' transform="rotate(-90 {x:.2f} {y:.2f})"' if turned else ""
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}" text-anchor="{anchor}" fill="{color}"{turn}{weight}>'
                          f"{escape(what)}</text>")

    def line(self, x1: float, y1: float, x2: float, y2: float, color: str = FAINT) -> None:
        self.parts.append(f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{color}"/>')

    def __str__(self) -> str:
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
                f'width="{self.width:g}" height="{self.height:g}" font-family="sans-serif">\n'
                f'<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n")
