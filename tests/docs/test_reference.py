"""The reference is complete: what the code knows, the pages name."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import click
from msgspec.structs import fields

import chaoscloud
from rtk.cli.exit_codes import MEANINGS
from rtk.cli.main import rtk
from rtk.experiment import block
from rtk.experiment.limits import unit_of
from rtk.insight.measurement import FIELDS
from rtk.insight.proof import Proof
from rtk.insight.shape import Clustering, Comparison, Figures, Insight, Stats
from rtk.report.write import FORMATS
from rtk.verify import journal
from tests.docs.pages import DOCS, ROOT
from tests.docs.session import environment

SRC = ROOT / "src"
# Variables whose names an experiment chooses, so that no page can list them.
CHOSEN_BY_EXPERIMENTS = {"each.name", "str(value.get('key'))"}
PROBES = "docs/reference/probes-and-tolerances.md"
# Modules of which experiments name nothing: what the others of chaoscloud share, and controls.
OF_OTHERS = {
    *("chaoscloud.aws", "chaoscloud.controls", "chaoscloud.tolerances.number"),
    *("chaoscloud.probes.arguments", "chaoscloud.probes.failure", "chaoscloud.probes.transfer"),
}
OF_EXPERIMENTS = {"ENDPOINT_URL", "INSTANCE_ID"}  # of the one that the tutorial and the demonstration have


def page(where: str) -> str:
    return (DOCS / "reference" / where).read_text()


def section(text: str, heading: str) -> str:
    """The text below a heading, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {heading}"
    return found[1]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command of ours by its whole name: the plugins of `chaos`, and `rtk` with all below it."""
    for entry in entry_points(group="chaostoolkit.cli_plugins"):
        if entry.module.startswith("rtk."):
            yield f"chaos {entry.name}", entry.load()
    yield from below("rtk", rtk)


def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from below(f"{path} {name}", found)


def test_every_option_of_every_command_is_in_the_reference() -> None:
    text = page("commands.md")
    for path, command in commands():
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        told = section(text, path) if options else ""
        for option in options:
            for name in (*option.opts, *option.secondary_opts):
                assert f"`{name}`" in told, f"{path} {name}"


def test_the_reference_names_no_option_that_is_not_there() -> None:
    for path, command in commands():
        if not command.params:
            continue
        known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"-h", "--help"}
        rows = re.findall(r"^\| (`-[^|]*) \|", section(page("commands.md"), path), re.MULTILINE)
        named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
        assert named <= known, path


def test_every_exit_code_is_in_the_reference_with_its_meaning() -> None:
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning} |" in page("exit-codes.md")


def test_every_key_of_a_verification_is_in_the_reference() -> None:
    text = page("verification-file.md")
    parts = {"`verification`": block._KEYS, "`objective`": block._OBJECTIVE, "`stop-when`": block._STOP_WHEN}
    for heading, keys in {**parts, "The block": block._IDS}.items():
        for key in keys:
            assert f"| `{key}` |" in section(text, heading), f"{heading}: {key}"


def test_every_module_says_whether_experiments_may_name_it() -> None:
    for module in modules(chaoscloud):
        public = hasattr(module, "__all__")
        assert public or module.__name__ in OF_OTHERS, (
            f"{module.__name__} has no __all__: list the functions that experiments may name, or, "
            "where there are none, add it to OF_OTHERS of this file"
        )


def test_every_function_for_experiments_is_in_the_reference_with_its_arguments() -> None:
    for module in public_modules(chaoscloud):
        told = told_of(module)
        for name in module.__all__:
            assert f"| `{name}` |" in told, f"no row `{name}` in section `{module.__name__}` of {PROBES}"
            for argument in set(inspect.signature(getattr(module, name)).parameters) - {"value"}:
                missing = f"the argument `{argument}` of `{name}` is not in section `{module.__name__}` of {PROBES}"
                assert f"`{argument}`" in told, missing


def told_of(module: ModuleType) -> str:
    """The section of a module that experiments may name."""
    heading, text = f"`{module.__name__}`", page("probes-and-tolerances.md")
    assert f"## {heading}\n" in text, f"no section {heading} in {PROBES}"
    return section(text, heading)


UNITS = {"milliseconds": "ms", "per cent, 0 to 100": "%"}


def test_every_unit_of_one_number_in_the_reference_is_known_to_charts() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]+) \|$", page("probes-and-tolerances.md"), re.MULTILINE)
    told = {name: UNITS[unit] for name, unit in rows if unit in UNITS}
    assert told, "the tables name no unit any more"
    for module in public_modules(chaoscloud):
        for name in set(told) & set(module.__all__):
            unit = unit_of({"provider": {"type": "python", "module": module.__name__, "func": name}})
            assert unit == told[name], f"add {name} to _PROBE_UNITS of src/rtk/experiment/limits.py: {told[name]}"


def test_every_default_of_an_argument_is_in_the_reference() -> None:
    for module in public_modules(chaoscloud):
        rows = told_of(module).splitlines()
        for name in module.__all__:
            for argument, default in defaults(getattr(module, name)):
                told = rf"`{argument}`[^`|;]*default `?{default}\b|`{argument}`.*\| `?{default}`? \|$"
                missing = f"the default {default} of `{argument}` of `{name}` is not in section `{module.__name__}`"
                assert any(re.search(told, row) for row in rows), f"{missing} of {PROBES}"


def defaults(function: Callable[..., object]) -> Iterator[tuple[str, str]]:
    """The arguments that have a value of their own, with it as the reference writes it."""
    for argument in inspect.signature(function).parameters.values():
        if argument.default not in (None, inspect.Parameter.empty):
            text = json.dumps(argument.default).strip('"')
            yield argument.name, re.sub(r"\.0$", "", text)


def public_modules(package: ModuleType) -> Iterator[ModuleType]:
    """The modules that say what experiments may name in them."""
    return (module for module in modules(package) if hasattr(module, "__all__"))


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


def test_every_key_of_the_insight_is_in_the_reference() -> None:
    text = page("insight.md")
    top = {*keys(Insight), *keys(Figures)} - {"figures", "run", "phases", "clustering", "comparisons"}
    for key in top:
        assert re.search(rf"^\| .*`{key}`.* \|", text, re.MULTILINE), key
    parts = {"`run` and `phases`": Stats, "`proof`": Proof, "`clustering`": Clustering, "`comparisons`": Comparison}
    for heading, shape in parts.items():
        for key in keys(shape):
            assert f"`{key}`" in section(text, heading), f"{heading}: {key}"


def keys(shape: type) -> set[str]:
    return {field.name for field in fields(shape)}


def test_every_key_of_a_slot_in_the_journal_is_in_the_reference() -> None:
    for key in FIELDS:
        assert f"`{key}`" in section(page("journal-and-record.md"), "The journal")


def test_every_key_of_our_block_in_the_journal_is_in_the_reference() -> None:
    told = section(page("journal-and-record.md"), "The journal")
    for key in set(journal.extension(defaultdict(str), [], {})) - {"name"}:
        assert f"`{key}`" in told, key


def test_every_kind_of_entry_of_the_record_is_in_the_reference() -> None:
    told = section(page("journal-and-record.md"), "The record")
    kinds = {kind for path in sorted((SRC / "rtk" / "verify").glob("*.py")) for kind in noted(path)}
    assert {"run", "measurement", "proof", "end"} <= kinds
    assert kinds == set(re.findall(r"^\| `(\w+)` \|[^|]+\|[^|]*\|$", told, re.MULTILINE))


def noted(path: Path) -> Iterator[str]:
    """The kinds of entries that a module writes: the first text given to `append`, `note` or `line`."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="append" | "note"), args=[ast.Constant(value=str(kind))], keywords=[_, *_]
            ):
                yield kind


def test_every_format_of_a_report_is_in_the_reference() -> None:
    row = re.search(r"^\| `--report` .*", section(page("commands.md"), "chaos verify"), re.MULTILINE)
    for suffix in FORMATS:
        told = row is not None and f"`{suffix}`" in row[0]
        assert told, f"{suffix} is not in the row of --report in docs/reference/commands.md, section chaos verify"


def test_every_environment_variable_is_in_the_reference() -> None:
    text = page("environment.md")
    found = {name for path in sorted(SRC.rglob("*.py")) for name in variables(path)}
    assert {"XDG_STATE_HOME", "SSL_CERT_FILE", "RTK_TOKEN", "RTK_RUN_ID"} <= found
    for name in sorted(found):
        assert f"`{name}`" in text, name


def test_the_reference_names_no_environment_variable_that_nobody_reads() -> None:
    rows = re.findall(r"^\| (`[A-Za-z][^|]*`) \|", page("environment.md"), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    read = {name for path in sorted(SRC.rglob("*.py")) for name in variables(path)}
    proxies = {name for name in told if name.lower().endswith("_proxy")}  # read by the standard library
    assert told - read - proxies - OF_EXPERIMENTS == set()


def variables(path: Path) -> Iterator[str]:
    """The environment variables that a module reads, by their names."""
    if "environ" not in path.read_text():
        return
    for node in ast.walk(tree_of(path)):
        for read in reads(node):
            where = f"{path.relative_to(ROOT)}:{read.lineno}: {ast.unparse(read)}"
            names = list(named(read, path))
            assert names or ast.unparse(read) in CHOSEN_BY_EXPERIMENTS, f"{where}: which variable is it?"
            yield from names


def reads(node: ast.AST) -> Iterator[ast.expr]:
    """What names the variable, where a node reads the environment."""
    match node:
        case ast.Call(func=ast.Attribute(attr="get" | "pop", value=of), args=[read, *_]) if is_environ(of):
            yield read
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[read, *_]):
            yield read
        case ast.Subscript(value=of, slice=read) if is_environ(of):
            yield read
        case ast.Compare(left=read, ops=[ast.In() | ast.NotIn()], comparators=[of]) if is_environ(of):
            yield read


def is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in {"environ", "os.environ"}


def named(read: ast.expr, path: Path) -> Iterator[str]:
    """The names behind an expression: itself, a constant of its module or of another, or each of a tuple."""
    if isinstance(read, ast.Constant):
        yield str(read.value)
    elif isinstance(read, ast.Attribute):
        yield from (value for each in SRC.rglob("*.py") for value in constant(each, read.attr))
    elif isinstance(read, ast.Name):
        looped = {
            ast.unparse(loop.iter)
            for loop in ast.walk(tree_of(path))
            if isinstance(loop, ast.comprehension | ast.For) and ast.unparse(loop.target) == read.id
        }
        for name in looped or {read.id}:
            yield from constant(path, name)


def constant(path: Path, name: str) -> list[str]:
    """The texts of a module's constant."""
    for node in tree_of(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return []


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_completion_offers_every_option_of_ours(tmp_path: Path) -> None:
    assert {"--every", "--for", "--target", "--report"} <= completed("chaos verify --", tmp_path)
    assert {"experiment", "insight"} <= completed("rtk ", tmp_path)


def completed(words: str, directory: Path) -> set[str]:
    """What the shell would be offered after these words."""
    command = words.partition(" ")[0]
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    environ = environment(directory) | variables | {f"_{command.upper()}_COMPLETE": "bash_complete"}
    offered = subprocess.run([command], env=environ, capture_output=True, text=True, check=True).stdout
    return {line.partition(",")[2] for line in offered.splitlines()}
