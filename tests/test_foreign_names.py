"""What others keep to themselves is left alone: no private name of a package that is not ours is used in src.

A name with one underscore before it may be another one in the next release. Looked at are what is imported, what is
read of objects and by `getattr`, what a class overrides of its bases or uses of them, and what is put in place of
something in a module of others.
"""

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

from tests.test_house_rules import modules, name, tree

OURS = {"rtk", "chaoscloud", "tests"}
# With an underscore before it, and documented by those whose name it is.
DOCUMENTED = {
    "_meta": "Django's API of models",
    "_exit": "os, for processes that were forked",
    "_thread": "Python, as its low-level API of threads",
    "_fields": "named tuples",
    "_make": "named tuples",
    "_asdict": "named tuples",
    "_replace": "named tuples",
    "_db": "the database of a manager, as Django's guide to users of one's own writes `create_user`",
}
# What is put in place of something of others, as its authors say that one may.
PUT = {
    "rtk.helper: sys.argv",  # of a process that we started, to be the program whose arguments these are
    *(f"{module}: sys.{stream}" for module in ("rtk.outlets", "rtk.cli.masks") for stream in ("stdout", "stderr")),
}


def is_private(attribute: str) -> bool:
    if attribute == "internal":  # as allauth has it
        return True
    return attribute.startswith("_") and not attribute.startswith("__") and attribute not in DOCUMENTED


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS


def imports(of: ast.Module) -> Iterator[str]:
    """Private modules and names that are imported from others."""
    for node in ast.walk(of):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (each for each in found if not is_ours(each) and any(map(is_private, each.split("."))))


def defined(of: ast.AST) -> set[str]:
    """The names that our own code gives to attributes, methods and fields within some code."""
    found = set()
    for node in ast.walk(of):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def read(of: ast.Module) -> Iterator[str]:
    """Private attributes that are read of something else than `self`, and that nobody here defines."""
    known = defined(of)
    for node in ast.walk(of):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            whose = ast.unparse(node.value)
            if whose == "super()" or (whose not in ("self", "cls") and node.attr not in known):
                yield f"{whose}.{node.attr}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr", "hasattr", "delattr"):
            asked = node.args[1] if len(node.args) > 1 else None
            if isinstance(asked, ast.Constant) and is_private(str(asked.value)):
                yield ast.unparse(node)


def put(of: ast.Module) -> Iterator[str]:
    """What is put in place of something in a module of others, or in a class that is imported from one."""
    foreign = set()
    for node in ast.walk(of):
        if isinstance(node, ast.Import):
            foreign |= {(alias.asname or alias.name).split(".")[0] for alias in node.names if not is_ours(alias.name)}
        elif isinstance(node, ast.ImportFrom) and not is_ours(node.module or ""):
            foreign |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(of):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            whose = ast.unparse(node)
            if whose.split(".")[0] in foreign:
                yield whose


@cache
def imported(module: str) -> ModuleType:
    return importlib.import_module(module)


def classes(module: str) -> Iterator[type]:
    """The classes of a module that have a base of others."""
    for each in vars(imported(module)).values():
        if inspect.isclass(each) and each.__module__ == module and any(not is_ours(b.__module__) for b in bases(each)):
            yield each


def bases(of: type) -> list[type]:
    return [base for base in of.__mro__[1:] if base is not object]


def overridden(of: type) -> Iterator[str]:
    """Private names of others' bases that a class has as its own."""
    for base in bases(of):
        if not is_ours(base.__module__):
            yield from (f"{base.__name__}.{each}" for each in own_names(of) if is_private(each) and each in vars(base))


def own_names(of: type) -> set[str]:
    """What is written in the body of a class: its decorators and metaclass may put more there."""
    return {each for node in written(of).body for each in named(node)}


def named(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return defined(node)


def used(of: type) -> Iterator[str]:
    """Private names that a class uses of itself and that neither it nor a base of ours defines."""
    ours = [each for each in of.__mro__ if is_ours(each.__module__)]
    known = {each for one in ours for each in (*defined(written(one)), *vars(one), *getattr(one, "__slots__", ()))}
    for node in ast.walk(written(of)):
        if not isinstance(node, ast.Attribute) or ast.unparse(node.value) not in ("self", "cls"):
            continue
        if is_private(node.attr) and node.attr not in known:
            yield f"self.{node.attr}"


def written(of: type) -> ast.ClassDef:
    """The text of a class; an empty one of what is made by a call, as named tuples are."""
    return texts(of.__module__).get(of.__name__) or ast.ClassDef(of.__name__, [], [], [], [])


@cache
def texts(module: str) -> dict[str, ast.ClassDef]:
    whole = ast.parse(Path(str(imported(module).__file__)).read_text())
    return {node.name: node for node in ast.walk(whole) if isinstance(node, ast.ClassDef)}


NAMES = [name(path) for path in modules() if path.stem != "__main__"]
TREES = {name(path): tree(path) for path in modules()}


def test_nothing_private_of_others_is_imported() -> None:
    assert [f"{module}: {each}" for module, of in TREES.items() for each in imports(of)] == []


def test_nothing_private_of_others_is_read() -> None:
    assert [f"{module}: {each}" for module, of in TREES.items() for each in read(of)] == []


def test_nothing_of_others_is_replaced() -> None:
    assert {f"{module}: {each}" for module, of in TREES.items() for each in put(of)} == PUT


def test_no_class_overrides_or_uses_what_its_bases_keep_to_themselves() -> None:
    found = {module: [*classes(module)] for module in NAMES}
    assert sum(map(len, found.values())) > 300  # so that this would notice if it looked at none
    assert [
        f"{module}.{each.__name__}: {what}"
        for module, all_of_it in found.items()
        for each in all_of_it
        for what in (*overridden(each), *used(each))
    ] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from django.db.models._x import y", ["django.db.models._x.y"]),
        ("from uvicorn.server import _hidden", ["uvicorn.server._hidden"]),
        ("import allauth._app", ["allauth._app"]),
        ("from allauth.account.internal import flows", ["allauth.account.internal.flows"]),
        ("from rtk.console import _own\nfrom __future__ import annotations\nfrom chaoslib import __version__", []),
    ],
)
def test_imports_are_found(text: str, found: list[str]) -> None:
    assert [*imports(ast.parse(text))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("flow._transport.abort()", ["flow._transport"]),
        ("getattr(request, '_messages', None)", ["getattr(request, '_messages', None)"]),
        ("class A(B):\n  def _make(self):\n    return super()._made()", ["super()._made"]),
        ("class A:\n  def __init__(self): self._x = 1\n  def __eq__(self, other): return other._x == self._x", []),
        ("Model._meta.fields", []),
    ],
)
def test_attributes_are_found(text: str, found: list[str]) -> None:
    assert [*read(ast.parse(text))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a\na.b.c = 1", ["a.b.c"]),
        ("from a import B\nB.c = 1", ["B.c"]),
        ("from rtk.a import B\nB.c = 1\nb = 2\nb.c = 3", []),
    ],
)
def test_replacements_are_found(text: str, found: list[str]) -> None:
    assert [*put(ast.parse(text))] == found


def test_what_a_class_takes_of_its_bases_is_found() -> None:
    class Own(Thread):
        def _bootstrap(self) -> None:
            raise NotImplementedError

        def seen(self) -> Any:
            self._own = 1
            return self._own, self._started, self.name  # type: ignore[attr-defined]

    assert [*overridden(Own)] == ["Thread._bootstrap"]
    assert [*used(Own)] == ["self._started"]
