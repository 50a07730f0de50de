#!/bin/sh
# Makes the documentation in build/site: pictures, the reference, then the pages. Any warning ends it, and any broken link.
# The site generator and the link checker come from PyPI, into a virtual environment.
set -eu
cd "$(dirname "$0")/.."
. cmake/setup.sh
need g++ g++
need python3 python3
need doxygen doxygen
need dot graphviz
need /usr/share/doxygen-awesome-css/doxygen-awesome.css doxygen-awesome-css
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
install_needed

made=build/docs
rm -rf "$made" build/site
mkdir -p "$made"

python3 docs/pictures/draw.py "$made/pictures"

# Twice: the front page lists what the first run has found.
: >"$made/front.md"
for output in XML HTML; do
  (cat docs/reference/Doxyfile; echo "GENERATE_$output = YES") | doxygen -
  [ "$output" = HTML ] || python3 docs/reference/front.py "$made/xml" "$made"
done
# Doxygen 1.9 links to a list of nested classes, which is not there, where all of them are private.
grep -L 'name="nested-classes"' "$made"/html/*.html | xargs sed -i '/^<a href="#nested-classes">/d'

tools=build/docs-venv/bin
[ -x "$tools/mkdocs" ] || python3 -m venv build/docs-venv
"$tools/pip" install --quiet --disable-pip-version-check --requirement docs/requirements.txt
# The setting silences a notice of the theme's about other generators.
NO_MKDOCS_2_WARNING=1 "$tools/mkdocs" build --strict --config-file docs/mkdocs.yml
"$tools/lychee" --offline --include-fragments --index-files index.html --extensions html --no-progress --root-dir "$PWD/build/site" build/site
if grep -rlE '<(script|img|iframe|link rel="(stylesheet|icon|preload)")[^>]* (src|href)="(https?:)?//' --include='*.html' build/site; then
  echo "These pages load something from another host." >&2
  exit 1
fi
