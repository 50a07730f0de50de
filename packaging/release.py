"""Writes into the vcpkg port and the Conan recipe what they must know of a release: its archive's hashes and where it is.

usage: release.py ARCHIVE --repository OWNER/NAME [--url URL] [--root FOLDER]

Commit the tag first, and this after it: the archive of a tag cannot hold its own hash. `--url` is where the archive can be had
from, if not from GitHub's page of the tag.
"""

import argparse
import hashlib
import pathlib
import re
import sys


def version_of(root: pathlib.Path) -> str:
    config = (root / "include/ouro/config.hpp").read_text(encoding="utf-8")
    return ".".join(re.findall(r"#define OURO_VERSION_\w+ (\d+)", config))


def replace(file: pathlib.Path, pattern: str, by: str) -> None:
    text, found = re.subn(pattern, lambda _: by, file.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"{file}: {found} places look like {pattern}")
    file.write_text(text, encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("archive", type=pathlib.Path)
    arguments.add_argument("--repository", required=True)
    arguments.add_argument("--url")
    arguments.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    wanted = arguments.parse_args()
    version = version_of(wanted.root)
    changes = (wanted.root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changes, re.M):
        sys.exit(f"CHANGELOG.md does not say when {version} came out")
    archive = wanted.archive.read_bytes()
    homepage = f"https://github.com/{wanted.repository}"
    url = wanted.url or f"{homepage}/archive/refs/tags/v{version}.tar.gz"

    port = wanted.root / "packaging/vcpkg/ouro"
    replace(port / "portfile.cmake", r"REPO \S+", f"REPO {wanted.repository}")
    replace(port / "portfile.cmake", r"SHA512 \w+", f"SHA512 {hashlib.sha512(archive).hexdigest()}")
    replace(port / "vcpkg.json", r'"version": ".*"', f'"version": "{version}"')
    replace(port / "vcpkg.json", r'"homepage": ".*"', f'"homepage": "{homepage}"')

    recipe = wanted.root / "packaging/conan/recipes/ouro"
    replace(recipe / "config.yml", r'  ".*":', f'  "{version}":')
    replace(recipe / "all/conandata.yml", r'  "[\d.]+":', f'  "{version}":')
    replace(recipe / "all/conandata.yml", r'url: ".*"', f'url: "{url}"')
    replace(recipe / "all/conandata.yml", r'sha256: ".*"', f'sha256: "{hashlib.sha256(archive).hexdigest()}"')
    replace(recipe / "all/conanfile.py", r'homepage = ".*"', f'homepage = "{homepage}"')


main()
