#!/bin/sh
# Makes the virtual environment and builds the front end: needs a Python >= 3.11 and nothing else.
set -eu
python=${PYTHON:-python3} venv=${VENV:-.venv}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "setup: Python 3.11 or newer is needed, '$python' is not; name one with PYTHON=python3.12 make setup" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "setup: this Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2
    exit 1
fi
# A disk that is full half-way leaves something that looks installed.
least=2000 free=$(df -Pk . | awk 'NR == 2 {print int($4 / 1024)}')
if [ ! -x "$venv/bin/python" ] && [ "$free" -lt "$least" ]; then
    echo "setup: only $free MB are free here and $least are needed, for '$venv' and frontend/node_modules" >&2
    exit 1
fi

[ -x "$venv/bin/python" ] || echo "setup: installing Python packages into $venv, 1.3 GB; about a minute" >&2
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
# Compiled once here, and not again by each of the many processes that the tests and the bench start.
"$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --constraint constraints.txt --editable '.[all]' --group dev
"$venv/bin/python" -m compileall -q src
"$venv/bin/python" tools/frontend.py
