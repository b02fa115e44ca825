"""Sentences decide nothing: none is compared, taken apart or used as a key. What decides is an enum beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house_rules import SRC, name, sources, tree

LEAST = 3  # words: fewer are a name, a unit or a code
TAKES_APART = {
    *("partition", "rpartition", "split", "rsplit", "replace", "find", "rfind", "index", "rindex", "count"),
    *("startswith", "endswith", "removeprefix", "removesuffix"),
}
PATTERNS = {"compile", "match", "search", "fullmatch", "findall", "finditer", "split", "sub", "subn"}
# Where sentences are read all the same, and why there is no code to read in their place.
EXCEPTIONS = {
    "rtk.insight.missed_reason": "the first records have no code beside the sentence; the one reader of theirs",
    "rtk.insight.old_insight": "insights that consoles keep from before there were codes; the one reader of theirs",
    "rtk.experiment.read": "Python's JSON tells what is wrong with a text in words alone",
    "rtk.console.store.intake": "msgspec tells the place of what is wrong in words alone",
    "rtk.verify.shortage": "CPython has neither a type nor a number for having no thread left",
}
RUN = re.compile(r"[^\W\d_]+(?: +[^\W\d_]+)*")  # of words, with nothing but spaces between them
IN_TEMPLATES = re.compile(r"""(?:==|!=|\bin)\s*(["'])(.*?)\1|(["'])((?:(?!\3).)*)\3\s*(?:==|!=|\bin\b)""")


def words(node: ast.AST | None, known: dict[str, ast.AST]) -> int:
    """How many words stand next to each other in a literal, or in one of a collection of them; 0 of what is none."""
    match node:
        case ast.Constant(value=str() as text):
            return max((len(run.split()) for run in RUN.findall(text)), default=0)
        case (
            ast.JoinedStr(values=parts)
            | ast.Tuple(elts=parts)
            | ast.List(elts=parts)
            | ast.Set(elts=parts)
            | ast.Dict(keys=parts)
        ):
            return max((words(each, known) for each in parts), default=0)
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple"), args=[part]):
            return words(part, known)
        case ast.Name(id=called) if called in known:
            return words(known[called], {key: each for key, each in known.items() if key != called})
    return 0


def constants(module: ast.Module) -> dict[str, ast.AST]:
    """What stands under a name at the top of a module."""
    named: dict[str, ast.AST] = {}
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=called)], value=value):
                named[called] = value
            case ast.AnnAssign(target=ast.Name(id=called), value=ast.expr() as value):
                named[called] = value
    return named


def known_in(path: Path, of_all: dict[str, dict[str, ast.AST]]) -> dict[str, ast.AST]:
    """The constants of a module, and those that it imports from another."""
    named = dict(constants(tree(path)))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module in of_all:
            there = of_all[node.module]
            named |= {each.asname or each.name: there[each.name] for each in node.names if each.name in there}
    return named


def deciding(module: ast.AST, known: dict[str, ast.AST]) -> Iterator[int]:
    """The lines where a sentence decides something."""
    for node in ast.walk(module):
        match node:
            case ast.Compare(left=left, comparators=others):
                looked_at = [left, *others]
            case ast.Call(func=ast.Attribute(attr=method), args=given) if method in TAKES_APART | PATTERNS:
                looked_at = list(given)
            case ast.Dict(keys=keys):
                looked_at = [key for key in keys if key is not None]
            case ast.Subscript(slice=part):
                looked_at = [part]
            case ast.MatchValue(value=value):
                looked_at = [value]
            case _:
                continue
        if max((words(each, known) for each in looked_at), default=0) >= LEAST:
            yield node.lineno


def test_no_sentence_decides_anything() -> None:
    of_all = {name(path): constants(tree(path)) for path in sources()}
    found = {f"{name(path)}:{line}" for path in sources() for line in deciding(tree(path), known_in(path, of_all))}
    wrong = sorted(each for each in found if each.rpartition(":")[0] not in EXCEPTIONS)
    assert wrong == [], "give it an enum, and make the sentence from that"


def test_every_exception_is_needed() -> None:
    paths = {name(path): path for path in sources()}
    of_all = {each: constants(tree(path)) for each, path in paths.items()}
    for module, why in EXCEPTIONS.items():
        assert why
        assert any(deciding(tree(paths[module]), known_in(paths[module], of_all))), f"{module} reads no sentence"


def test_no_template_of_a_page_compares_a_sentence() -> None:
    for path in sorted((SRC / "rtk" / "console").rglob("templates/**/*.*")):
        for tag in re.findall(r"{%.*?%}", path.read_text()):
            for found in IN_TEMPLATES.finditer(tag):
                text = found[2] or found[4] or ""
                assert len(text.split()) < LEAST, f"{path.name}: {text}"


@pytest.mark.parametrize(
    "text",
    [
        'told == "the run was interrupted"',
        '"the run was interrupted" in told',
        'told in ("a", "the run was interrupted")',
        'told.partition(" Run by hand: ")',
        'told.startswith(("no", "the measurer was late"))',
        'told.replace("was not played", "")',
        'told.split(f"{name} was not played")',
        're.search("the run was (.*)", told)',
        '{"the run was interrupted": 1}[told]',
        'counts["the run was interrupted"] += 1',
        'match told:\n    case "the run was interrupted": pass',
        'WHY = "the run was interrupted"\ntold == WHY',
        'WHY = frozenset(("the run was interrupted",))\ntold in WHY',
    ],
)
def test_the_rule_sees_a_sentence_that_decides(text: str) -> None:
    module = ast.parse(text)
    assert list(deciding(module, constants(module)))


@pytest.mark.parametrize(
    "text",
    [
        'told == "lost contact"',
        'raise Refused("the run was interrupted")',
        'words = {Cause.DIED: "the run was interrupted"}',
        'name.replace("_", " ")',
        're.search(r"\\s+ [a-z] (x|yz)", told)',
        'query == "SELECT"',
    ],
)
def test_the_rule_lets_words_be(text: str) -> None:
    module = ast.parse(text)
    assert not list(deciding(module, constants(module)))
