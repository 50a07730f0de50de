"""The front page of the reference: every public name with the first sentence of its comment, by folder, from Doxygen's XML.

Fails when a public name has no comment. It leaves out the concepts `has_...`: the tables of the policy concepts list them.

usage: front.py XML_FOLDER OUTPUT_FOLDER
"""

import html
import pathlib
import re
import sys
import xml.etree.ElementTree as ET
from typing import NamedTuple

FOLDERS = {
    "pointer": ("Pointers, make, gc, heap", "Pointers, the functions that create objects, `gc`, and private heaps."),
    "standard": ("The standard's shared pointers", "The interface of `std::shared_ptr` over any `memory`: `ouro/shared_ptr.hpp` includes all."),
    "refcount": ("RefcountPolicy", "How references are counted. `refcount_policy` is the concept."),
    "collector": ("CollectorPolicy", "How garbage cycles are found. `collector_policy` is the concept."),
    "allocator": ("AllocatorPolicy", "Where memory comes from. `allocator_policy` is the concept; decorators take another allocator."),
    "trace": ("Declarations for a type", "How the library finds the edges of a type."),
    "heap": ("Adapters", "An allocator policy as a standard allocator and as a `std::pmr::memory_resource`."),
    "base": ("Reports", "The handlers for misuse and for exceptions that cannot go on."),
    "object": ("Declarations for copies", "How the library copies objects behind pointers to their base classes."),
    "island": ("Islands", "Closed structures on their way to another thread."),
    "containers": ("Containers", "Python's containers with their memory behaviour, and weak containers."),
    "intern": ("Interning", "Equal interned values are one object."),
    "copy": ("Copies", "Shallow copies, and deep copies with a memo."),
    "inspect": ("Looking at objects and pools", "Python's `id`, `is`, `sys.getsizeof` and similar functions."),
    "": ("Version and settings", "`config.hpp` also defines the macros. Programs may set `OURO_CHECK_LEVEL`."),
}
KINDS = {"class": "class", "struct": "class", "concept": "concept", "typedef": "alias", "function": "function",
         "variable": "constant", "enum": "enumeration"}


class Name(NamedTuple):
    folder: str
    name: str
    kind: str
    brief: str
    target: str


def flat(node) -> str:
    """The text of a description as Markdown."""
    if node is None:
        return ""
    parts = [node.text or ""]
    for child in node:
        inside = flat(child)
        parts.append(f"`{inside.strip()}`" if child.tag == "computeroutput" else inside)
        parts.append(child.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def folder_of(node) -> str:
    path = pathlib.PurePosixPath(node.find("location").get("file"))
    inside = path.parent.relative_to("include/ouro" if path.parts[0] == "include" else "ouro")
    return inside.parts[0] if inside.parts else ""


def names_in(xml: pathlib.Path):
    index = ET.parse(xml / "index.xml").getroot()
    for compound in index:
        if compound.get("kind") not in ("class", "struct", "concept"):
            continue
        outer, _, name = compound.find("name").text.rpartition("::")
        if outer != "ouro":
            continue
        node = ET.parse(xml / f"{compound.get('refid')}.xml").getroot().find("compounddef")
        yield Name(folder_of(node), name, KINDS[node.get("kind", "concept")], flat(node.find("briefdescription")),
                   f"{compound.get('refid')}.html")
    classes = {compound.find("name").text.rpartition("::")[2] for compound in index}
    for namespace in ("namespaceouro", "namespaceouro_1_1literals"):
        for member in ET.parse(xml / f"{namespace}.xml").getroot().iter("memberdef"):
            name = member.find("name").text
            is_guide = name in classes
            is_specialised = "<" in name or member.find("name").text.startswith("leaf<")
            if is_guide or is_specialised or re.fullmatch(r"operator\W+", name) or member.get("kind") not in KINDS:
                continue
            page, _, place = member.get("id").rpartition("_1")
            yield Name(folder_of(member), name, KINDS[member.get("kind")], flat(member.find("briefdescription")),
                       f"{page}.html#{place}")


def for_mkdocs(each: Name) -> str:
    return f"- [`{each.name}`](reference/{each.target}) ({each.kind}): {each.brief}"


def for_doxygen(each: Name) -> str:
    """As HTML, since quotation marks in code confuse its Markdown."""
    return f'- <a href="{each.target}"><code>{html.escape(each.name)}</code></a> ({each.kind}): {each.brief.replace(chr(34), "&quot;")}'


def main() -> int:
    xml, made = map(pathlib.Path, sys.argv[1:])
    best: dict = {}
    for each in names_in(xml):
        if each.name.startswith("has_"):
            continue
        # Of overloads the first with a comment.
        known = best.get((each.folder, each.name))
        if known is None or not known.brief:
            best[each.folder, each.name] = each
    nameless = [each for each in best.values() if not each.brief]
    for each in nameless:
        print(f"{each.folder or 'ouro'}: {each.kind} {each.name} has no comment")
    unknown = {folder for folder, _ in best} - FOLDERS.keys()
    if unknown:
        print(f"folders that the front page does not know: {unknown}")
    pages = {for_mkdocs: [], for_doxygen: ["# ouro\n\nThe public names, by folder. Back to [the guides](../index.html)."]}
    for folder, (title, about) in FOLDERS.items():
        names = sorted((each for each in best.values() if each.folder == folder), key=lambda each: each.name)
        place = f"`ouro/{folder + '/' if folder else ''}`"
        for write, parts in pages.items():
            parts.append(f"## {title}\n\n{place}: {about}\n\n" + "\n".join(map(write, names)))
    for write, file in ((for_mkdocs, "names.md"), (for_doxygen, "front.md")):
        (made / file).write_text("\n" + "\n\n".join(pages[write]) + "\n", encoding="utf-8")
    return 1 if nameless or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
