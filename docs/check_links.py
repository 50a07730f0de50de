"""Checks that each link inside a site leads to a file, and to a place in it, and that nothing is loaded from other hosts.

usage: check_links.py SITE_FOLDER
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = {name: value or "" for name, value in attrs}
        self.places.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        for name in ("src", "href"):
            if name in values and (tag in ("img", "script", "iframe") or (tag == "link" and values.get("rel") != "canonical")):
                self.loaded.append(values[name])


def faults_of(file: pathlib.Path, pages: dict) -> list[str]:
    faults = []
    page = pages[file]
    for link in [*page.links, *page.loaded]:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc:
            if link in page.loaded and parts.scheme not in ("data", "javascript"):
                faults.append(f"loads {link}")
            continue
        target = (file.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else file
        if target.is_dir():
            target = target / "index.html"
        place = urllib.parse.unquote(parts.fragment)
        if not target.is_file():
            faults.append(f"leads to {link}: no such file")
        elif place and target in pages and place not in pages[target].places and place != "top":
            faults.append(f"leads to {link}: no such place")
    return faults


def main() -> int:
    site = pathlib.Path(sys.argv[1]).resolve()
    # 404.html is served at any address, and so has absolute ones.
    files = [file for file in sorted(site.rglob("*.html")) if file.name != "404.html"]
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in files}
    faults = [f"{file.relative_to(site)} {fault}" for file in files for fault in sorted(set(faults_of(file, pages)))]
    print(*faults, f"{len(files)} pages, {len(faults)} faults", sep="\n")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
