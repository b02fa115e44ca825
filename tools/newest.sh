#!/bin/sh
# Tries what rests on the Chaos Toolkit and on Django once more, on Python 3.13 with the newest of both that there is,
# while everything else runs on the pinned Chaos Toolkit, and on Django's LTS where Python is 3.11. Says so where there
# is no Python 3.13.
set -eu
uv=${VENV:-.venv}/bin/uv found=
for python in "${PYTHON313:-python3.13}" "$HOME"/.pyenv/versions/3.13.*/bin/python3.13; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
        found=$python
        break
    fi
done
if [ -z "$found" ]; then
    echo "newest: there is no Python 3.13 here, so the newest Chaos Toolkit and Django were NOT tried; name one with PYTHON313=…" >&2
    [ -z "${NEWEST_REQUIRED:-}" ] # in CI that is a failure
    exit
fi
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
grep -vE '^(chaostoolkit|django(-allauth|-ninja)?==)' constraints.txt >"$there/constraints.txt"
"$uv" venv --quiet --python "$found" "$there/venv"
"$uv" pip install --quiet --python "$there/venv/bin/python" --constraint "$there/constraints.txt" --editable '.[all]' --group dev
"$there/venv/bin/python" -c 'import sys
from importlib.metadata import version
print(*(f"{each} {version(each)}" for each in ("chaostoolkit-lib", "django", "django-allauth", "django-ninja")), sep=", ", end=" ")
print(f"on Python {sys.version.split()[0]}")' | sed 's/^/newest: /'
set -- calls controls http_provider journal jsonpath measure numbers outputs pauses process_provider provider toolkit undo_coordinator
for name; do
    set -- "$@" "tests/verify/test_$name.py"
    shift
done
set -- "$@" tests/console/api tests/console/people tests/console/store
for name in asgi bodies connections database entrance handler health mail server settings sharing streaming tables; do
    set -- "$@" "tests/console/test_$name.py"
done
"$there/venv/bin/python" -m pytest -q -p no:cacheprovider --dist=loadfile --numprocesses="$(getconf _NPROCESSORS_ONLN)" \
    tests/experiment tests/cli/test_option_files.py "$@"
