"""A Python process of ours, started so that no module which happens to lie about can stand in for one it needs.

`python -m` looks for modules in the current directory first: a file called `types.py` beside an experiment would end
such a process before it began. Ours starts isolated, with the standard library before everything else, and has the
places of its other modules handed over by whoever starts it:

    python -I helper.py PLACES MODULE [ARG ...]

PLACES are separated as in PYTHONPATH.
"""

import os
import runpy
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

_STANDARD = str(Path(os.__file__).parent)
_ZIPPED = f"{os.sep}python{sys.version_info[0]}{sys.version_info[1]}.zip"
_OURS = str(Path(__file__).absolute().parents[1])


def python(*options: str) -> list[str]:
    """Return the start of a command line: this interpreter, isolated, and otherwise as it was itself started."""
    kept = ["-B"] * sys.dont_write_bytecode + ["-Xutf8"] * sys.flags.utf8_mode
    return [sys.executable, "-I", *kept, *options]


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of ours as a program of its own."""
    return [*python(), str(Path(__file__).absolute()), os.pathsep.join(own_path()), module, *arguments]


def own_path() -> list[str]:
    """Return where our own modules and those they need are looked for: as now, but never in the current directory."""
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # a directory that is gone has no modules either
        here = ""
    entries = [entry for entry in sys.path if Path(entry).is_absolute()]  # others are told from the current directory
    return standard_first(entry for entry in entries if entry == _OURS or os.path.realpath(entry) != here)


def standard_first(entries: Iterable[str]) -> list[str]:
    """Return the entries, each once, those of the standard library before all others."""
    return sorted(dict.fromkeys(entries), key=lambda entry: not is_standard(entry))


def is_standard(entry: str) -> bool:
    """Return whether an entry of a path is one of the standard library's own."""
    return entry == _STANDARD or entry.startswith(f"{_STANDARD}{os.sep}lib-dynload") or entry.endswith(_ZIPPED)


def replaced() -> list[str]:
    """Return the names of standard modules that this process has from elsewhere, as an experiment may want it."""
    found = {name: getattr(sys.modules.get(name), "__file__", None) for name in sys.stdlib_module_names}
    return sorted(name for name, file in found.items() if file and not file.startswith(f"{_STANDARD}{os.sep}"))


class _Standard:
    """Finds the modules of the standard library in its own places, whatever comes first on the path."""

    def __init__(self, but: Iterable[str]) -> None:
        self._names = sys.stdlib_module_names - frozenset(but)
        self._places = [entry for entry in sys.path if is_standard(entry)]

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(name, self._places, target) if path is None and name in self._names else None


@contextmanager
def finding(path: list[str], but: Iterable[str] = ()) -> Iterator[None]:
    """While this lasts, find modules where another process finds them, the standard ones where they belong.

    `path` is that process' own; `but` names standard modules that it has from elsewhere.
    """
    before, finder = list(sys.path), _Standard(but)
    sys.path[:] = path
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        sys.path[:] = before


if __name__ == "__main__":
    places, module, *arguments = sys.argv[1:]
    sys.path[:] = standard_first([*filter(is_standard, sys.path), *places.split(os.pathsep), *sys.path])
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
