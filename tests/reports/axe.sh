#!/bin/sh
# Prints the path of axe-core's script, taken once into FOLDER from the wheel of
# axe-playwright-python, which ships it.
# usage: axe.sh FOLDER
set -e
file=$1/axe_playwright_python/axe.min.js
if [ ! -f "$file" ]; then
  command -v python3 >/dev/null || { echo "python3 is not installed" >&2; exit 1; }
  mkdir -p "$1"
  timeout 40 python3 -m pip download --quiet --disable-pip-version-check --retries 0 --no-deps \
    --dest "$1" axe-playwright-python==0.1.8 >/dev/null 2>&1 ||
    { echo "pip cannot fetch axe-playwright-python 0.1.8" >&2; exit 1; }
  python3 -m zipfile -e "$1"/axe_playwright_python-0.1.8-*.whl "$1"
fi
echo "$file"
