"""Draws the pictures of the pages, each from what the headers say or from what a program does.

usage: draw.py OUTPUT_FOLDER
"""

import json
import pathlib
import subprocess
import sys

import collection
import header_word
import layers
import pools

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / "include"


def run(name: str, made: pathlib.Path):
    """What the program of that name prints."""
    program = made.parent / name
    subprocess.run(["g++", "-std=c++20", "-O1", "-Wall", "-Wextra", f"-I{INCLUDE}", str(HERE / f"{name}.cpp"), "-o", str(program)],
                   check=True)
    return json.loads(subprocess.run([str(program.resolve())], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout)


def dot(graph: str) -> str:
    return subprocess.run(["dot", "-Tsvg"], input=graph, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def main() -> int:
    made = pathlib.Path(sys.argv[1])
    made.mkdir(parents=True, exist_ok=True)
    pictures = {
        "layers": dot(layers.graph(INCLUDE)),
        "header_word": str(header_word.draw(run("header_word", made))),
        "pools": str(pools.draw(run("pools", made))),
    }
    for frame, graph in collection.frames(run("collection", made)).items():
        pictures[f"collection_{frame}"] = dot(graph)
    for name, text in pictures.items():
        (made / f"{name}.svg").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
