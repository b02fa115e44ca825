"""The wheel that this console was installed from, packed again from the files that it installed.

pip and uv keep no wheel, but its RECORD: a list of its files, each with a digest. The archive is written as hatchling
writes it, with the same order, times and modes, so that it is the wheel of `make dist` to the byte. An editable install
has its files in a checkout instead, and the wheel is that of the checkout as it is.
"""

import csv
import hashlib
import io
import os
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import cached_property
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from msgspec import Struct

from rtk.errors import ToolkitError
from rtk.origin import DISTRIBUTION

_PACKAGES = ("chaoscloud", "rtk")
_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "licenses/")  # an installer adds further files
_WRITTEN = (2020, 2, 2, 0, 0, 0)  # hatchling's time of every file
_FILE, _EXECUTABLE = 0o100644, 0o100755
_DESCRIBED = 0o644  # what describes the wheel has no type of file


class CannotPack(ToolkitError):
    """The files are not those of the wheel."""


class Wheel(Struct, frozen=True, dict=True):
    """A wheel: the name of its file, and what is in it."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """The digest that `sha256sum` prints of it: each command on a page names it."""
        return hashlib.sha256(self.content).hexdigest()


class _File(NamedTuple):
    """A file of the wheel: its path there, what is in it, and its mode."""

    name: str
    content: bytes
    mode: int

    @property
    def order(self) -> list[tuple[bool, str]]:
        """Its place: the files of a folder come before its folders."""
        *folders, name = PurePosixPath(self.name).parts
        return [*((True, each) for each in folders), (False, name)]


def installed() -> Wheel:
    """Return the wheel of the toolkit that runs here. Raise CannotPack where its files are gone or changed."""
    try:
        return packed(distribution(DISTRIBUTION))
    except PackageNotFoundError:
        raise CannotPack(f"{DISTRIBUTION} runs here without being installed; expected an installed package") from None


def packed(of: Distribution) -> Wheel:
    """Return the wheel of an installed distribution. Raise CannotPack where its files are gone or changed."""
    listed = {each.as_posix(): each for each in of.files or ()}
    info = next((PurePosixPath(name).parent for name in listed if name.endswith(".dist-info/METADATA")), None)
    if info is None:
        raise CannotPack(f"{DISTRIBUTION} has no list of its files; expected one that pip or uv installed")
    recorded = [_recorded(of, each) for each in listed.values() if each.parts[0] in _PACKAGES and each.hash]
    files = recorded or list(_of_checkout())
    described = [
        _recorded(of, listed[name])._replace(mode=_DESCRIBED)
        for start in _METADATA
        for name in sorted(listed)
        if name.startswith(f"{info}/{start}")
    ]
    name = f"{info.name.removesuffix('.dist-info')}-py3-none-any.whl"
    return Wheel(name, _archive([*sorted(files, key=lambda each: each.order), *described], f"{info}/RECORD"))


def _recorded(of: Distribution, listed: PackagePath) -> _File:
    """A file that was installed. Raises CannotPack where it is not any more what it was."""
    path = Path(str(of.locate_file(listed)))
    found = _file(listed.as_posix(), path) if path.is_file() else None
    if found is None or listed.hash is None or _digest(found.content) != listed.hash.value:
        raise CannotPack(f"{path} is not as it was installed; expected it unchanged: install {DISTRIBUTION} anew")
    return found


def _of_checkout() -> Iterator[_File]:
    """The files of an editable install."""
    source = Path(__file__).parents[2]
    for package in _PACKAGES:
        for folder, folders, names in os.walk(source / package):
            folders[:] = [each for each in folders if each != "__pycache__"]
            paths = (Path(folder, name) for name in names if not name.endswith((".pyc", "~")) and name[0] != ".")
            yield from (_file(path.relative_to(source).as_posix(), path) for path in paths)


def _file(name: str, path: Path) -> _File:
    return _File(name, path.read_bytes(), _EXECUTABLE if path.stat().st_mode & 0o100 else _FILE)


def _archive(files: list[_File], record: str) -> bytes:
    """A zip file of these files and of the record of them."""
    lines = io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for each in files:
            rows.writerow([each.name, f"sha256={_digest(each.content)}", len(each.content)])
            _add(archive, each.name, each.content, each.mode)
        rows.writerow([record, "", ""])
        _add(archive, record, lines.getvalue().encode(), _DESCRIBED)
    return made.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _WRITTEN)
    entry.external_attr = mode << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
