"""For MkDocs: texts of other files in the pages, so that each stands in one place.

A line `<!-- include FILE from "BEGIN" until "END" -->` is replaced by the lines of FILE (a path from the root) that lie between the
first line that begins with BEGIN, and the next one that begins with END; `through` instead of `until` takes that one along, "" is an
empty line, and without both it is the whole file. Of a file that is not Markdown the lines become a block of code. A page fails when
the lines are not there, once.

`reference/`, `pictures/` and what else the build has made are files of the site.
"""

import pathlib
import posixpath
import re

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parent.parent
MADE = ROOT / "build/docs"

INCLUDE = re.compile(r'^<!-- include (\S+)(?: from "(.+?)" (until|through) "(.*?)")? -->$', re.M)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")

# Where the site has what files of the tree link to.
ON_THE_SITE = {"bench/published/table.md": "figures.md"}


def matches(line: str, begin: str) -> bool:
    return line.startswith(begin) if begin else not line.strip()


def part_of(text: str, begin: str, how: str, end: str) -> str:
    lines = [*text.splitlines(), ""]  # the end of a file is the end of a paragraph, too
    starts = [i for i, line in enumerate(lines) if matches(line, begin)]
    if len(starts) != 1:
        raise PluginError(f"{len(starts)} lines begin with {begin!r}")
    for last in range(starts[0] + 1, len(lines)):
        if matches(lines[last], end):
            return "\n".join(lines[starts[0]:last + (how == "through")]).rstrip() + "\n"
    raise PluginError(f"no line after {begin!r} begins with {end!r}")


def adapt_links(text: str, page: str) -> str:
    """Links to other hosts stay, links to what the site has lead there, and of the others the text remains."""

    def adapted(match: re.Match) -> str:
        mark, shown, target = match.groups()
        if "://" in target:
            return match[0]
        found = ON_THE_SITE.get(target)
        if target.startswith("bench/published/") and target.endswith(".svg"):
            found = "pictures/" + target
        if found is None:
            return shown
        return f"{mark}[{shown}]({posixpath.relpath(found, posixpath.dirname(page) or '.')})"

    return LINK.sub(adapted, text)


def included(match: re.Match, page: str) -> str:
    name, begin, how, end = match.groups()
    text = (ROOT / name).read_text(encoding="utf-8")
    if begin is not None:
        text = part_of(text, begin, how, end)
    if name.endswith(".md"):
        return adapt_links(text, page)
    language = "cmake" if name.endswith((".cmake", "CMakeLists.txt")) else "cpp"
    return f"```{language}\n{text}```"


def on_page_markdown(markdown, page, **_):
    if page.file.src_uri == "reference.md":
        return markdown + (MADE / "names.md").read_text(encoding="utf-8")
    try:
        return INCLUDE.sub(lambda match: included(match, page.file.src_uri), markdown)
    except (OSError, PluginError) as fault:
        raise PluginError(f"{page.file.src_uri}: {fault}") from fault


def on_files(files, config):
    trees = {"pictures": MADE / "pictures", "reference": MADE / "html", "pictures/bench/published": ROOT / "bench/published"}
    for place, tree in trees.items():
        for file in sorted(tree.rglob("*")):
            if file.is_file() and file.suffix not in (".md", ".csv"):
                name = f"{place}/{file.relative_to(tree).as_posix()}"
                files.append(File.generated(config, name, abs_src_path=str(file)))
    return files
