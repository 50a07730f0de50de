"""For MkDocs: adds to the site what the build has made (`pictures/`, `reference/`) and the published pictures of the benchmarks."""

import pathlib

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREES = {
    "pictures": ROOT / "build/docs/pictures",
    "reference": ROOT / "build/docs/html",
    "pictures/bench/published": ROOT / "bench/published",
}


def on_files(files, config):
    for place, tree in TREES.items():
        for file in sorted(tree.rglob("*")):
            if file.is_file() and file.suffix not in (".md", ".csv"):
                name = f"{place}/{file.relative_to(tree).as_posix()}"
                files.append(File.generated(config, name, abs_src_path=str(file)))
    return files
