"""The rules of the house that a machine can check: directions, sizes, places, and what must not be in the tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
LAYERS = (
    "rtk.insight",
    "rtk.experiment",
    "rtk.verify",
    "rtk.publish",
    "rtk.report",
    "rtk.console",
    "rtk.lab",
    "rtk.demo",
    "rtk.cli",
)
BELOW = ("backoff", "errors", "clock", "figures", "helper", "log", "origin", "outlets", "printable", "slices")
FOUNDATION = {"rtk", *(f"rtk.{each}" for each in BELOW)}
PUBLISHING = {"chaoscloud.controls"}  # what settings have named since 2020 does nothing but call rtk.publish
WEB_FRAMEWORKS = {"aiohttp", "bottle", "django", "fastapi", "flask", "ninja", "starlette", "tornado", "uvicorn"}
LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION, LONGEST_OF_NINE_IN_TEN = 350, 400, 60, 30
PRESCRIBED_CLASSES = {"Meta", "Migration"}  # Django finds them by these names

# Modules that are parts of a whole, by the file that tests them as such, and why that is the better place.
PARTS: dict[str, dict[str, str]] = {
    "tests/verify/test_run.py": {
        "why": "how the parts of a run work together, in virtual time",
        "rtk/verify": "activity hypothesis method phases",
    },
    "tests/verify/test_ledger.py": {
        "why": "when a run waits, in virtual time",
        "rtk/verify": "hypothesis_recheck readiness",
    },
    "tests/verify/test_acts_on.py": {"why": "what two files share", "rtk/verify": "clouds commands systems traits"},
    "tests/verify/test_holds.py": {"why": "as others meet them", "rtk/verify": "beside holders"},
    "tests/console/api/test_holds.py": {
        "why": "told to all",
        "rtk/console/store": "holds",
        "rtk/publish": "console_holds",
    },
    "tests/verify/test_proof.py": {"why": "all for the sake of a proof", "rtk/verify": "restored single_sample"},
    "tests/verify/test_journal.py": {"why": "what is kept is read back from journals", "rtk/verify": "kept"},
    "tests/journey/test_death.py": {"why": "real runs that are killed", "rtk/verify": "guardian_process"},
    "tests/journey/test_recover.py": {
        "why": "the real command",
        "rtk/cli": "crash_recovery rebuilt_toolkit",
        "rtk/cli/commands": "recover",
    },
    "tests/cli/commands/test_verify.py": {"why": "real", "rtk/cli": "dry finalization trust_prompt", "rtk": "errors"},
    "tests/cli/commands/test_standing.py": {"why": "a command", "rtk/cli": "promise_lines", "rtk/publish": "standings"},
    "tests/cli/commands/test_freeze.py": {"why": "the command", "rtk/cli": "console_access", "rtk/publish": "freezes"},
    "tests/cli/commands/test_experiment.py": {"why": "the real command", "rtk/cli": "main"},
    "tests/experiment/test_check.py": {"why": "each rule of a shape is a refusal", "rtk/experiment": "shape"},
    "tests/experiment/test_fetch.py": {"why": "who is sent what", "rtk/experiment": "address credentials"},
    "tests/experiment/test_read.py": {"why": "one of two forms", "rtk/experiment": "yamltext"},
    "tests/experiment/test_block.py": {"why": "what a block becomes", "rtk/experiment": "plan"},
    "tests/test_schema.py": {"why": "held against all who spell them", "rtk/insight": "measurement plan_limits"},
    "tests/insight/test_insight.py": {
        "why": "figures and sentences of whole runs",
        "rtk/insight": "shape status wording",
    },
    "tests/report/test_chart.py": {"why": "seen in the drawing", "rtk/report": "frame marks"},
    "tests/report/test_html.py": {"why": "seen in the page", "rtk/report": "style"},
    "tests/report/test_story.py": {"why": "told in the story", "rtk/report": "moments run_figures"},
    "tests/chaoscloud/tolerances/test_http.py": {"why": "through what is judged", "chaoscloud/tolerances": "number"},
    "tests/lab/test_native.py": {
        "why": "what experiments name, on a real lab",
        "chaoscloud/actions": "ssm",
        "chaoscloud/probes": "ssm",
    },
    "tests/lab/test_ssm.py": {
        "why": "real commands on a real lab, every answer checked against the model of AWS",
        "rtk/lab": "protocol refusals shapes",
    },
    "tests/lab/test_ssm_documents.py": {"why": "through the calls", "rtk/lab": "document library"},
    "tests/lab/test_runner.py": {"why": "how it follows from what ran", "rtk/lab": "commands"},
    "tests/lab/test_cancel.py": {"why": "what is left of real processes", "rtk/lab": "processes shepherd"},
    "tests/lab/test_isolation.py": {"why": "seen from inside", "rtk/lab": "inside instance namespaces netlink"},
    "tests/attack/test_out_of_an_instance.py": {"why": "what cannot be", "rtk/lab": "keeper kernel privileges root"},
    "tests/lab/test_built_in.py": {"why": "the documents act on it", "rtk/lab": "target"},
    "tests/lab/test_lifecycle.py": {"why": "for real", "rtk/lab": "daemon state top", "rtk/cli/commands": "lab"},
    "tests/publish/test_publisher.py": {
        "why": "a record on its way, whatever the console does",
        "rtk/publish": "console http_transport patience",
    },
    "tests/publish/test_session.py": {
        "why": "real",
        "rtk/publish": "pending_sender",
        "rtk/cli": "publisher_entrypoint",
    },
    "tests/publish/test_journals.py": {"why": "for real", "rtk/cli": "publication", "rtk/cli/commands": "publish"},
    "tests/publish/test_settings.py": {"why": "what the settings come to", "rtk/publish": "destination"},
    "tests/publish/test_signing.py": {
        "why": "for real",
        "rtk/cli": "authentication",
        "rtk/cli/commands": "features signin",
    },
    "tests/chaoscloud/test_controls.py": {
        "why": "what the control tells, by the real command",
        "rtk/publish": "chaosiq_file execution legacy_api",
    },
    "tests/console/people/test_matrix.py": {"why": "every page, for everybody", "rtk/console/people": "pages urls"},
    "tests/console/people/test_signing_up.py": {
        "why": "how people arrive, by the real pages",
        "rtk/console/people": "adapters apps bootstrap_signup closed sign_in_forms signup_flow",
        "rtk/console/people/views": "home",
    },
    "tests/console/people/views/test_members.py": {"why": "seen in the page", "rtk/console/people": "forms"},
    "tests/console/people/test_memberships.py": {
        "why": "the database holds what is always true",
        "rtk/console/people": "models",
        "rtk/console/people/migrations": "0001_initial 0002_confirmed_addresses",
    },
    "tests/console/notify/test_views.py": {"why": "seen in the page", "rtk/console/notify": "forms"},
    "tests/console/notify/test_matrix.py": {"why": "every page, for everybody", "rtk/console/notify": "apps urls"},
    "tests/console/notify/test_outbox.py": {"why": "kept in the database", "rtk/console/notify": "models"},
    "tests/console/notify/test_webhook.py": {"why": "raised there", "rtk/console/notify": "undelivered"},
    "tests/console/test_up.py": {
        "why": "the real commands",
        "rtk/console": "__main__ inside offline console_process console_status",
        "rtk/cli/commands": "console",
    },
    "tests/console/test_health.py": {"why": "a real request", "rtk/console": "urls"},
    "tests/console/api/test_matrix.py": {
        "why": "every endpoint, for everybody",
        "rtk/console/api": "api apps entry people urls views",
    },
    "tests/console/api/test_kept.py": {
        "why": "part A from the client's side",
        "rtk/console/api": "kept_executions probe",
        "rtk/console/store": "executions experiments fields",
    },
    "tests/console/api/test_kept_runs.py": {"why": "part A from the client's side", "rtk/console/store": "legacy_runs"},
    "tests/console/api/test_live.py": {"why": "by its client", "rtk/console/store": "measurement_queries runs"},
    "tests/console/api/test_catalog.py": {
        "why": "part B from the client's side",
        "rtk/console/api": "answers forms preview_answer rules",
        "rtk/console/store": "changes experiment_preview lists verifications",
    },
    "tests/console/api/test_described.py": {
        "why": "held against answers",
        "rtk/console/api": "costs proposed safeguards shown",
    },
    "tests/console/store/test_ingest.py": {
        "why": "what becomes of a call",
        "rtk/console/store": "apps database depth evidence models problem restraints rows",
    },
    "tests/console/test_client.py": {"why": "through what is given away", "rtk/console/store": "client_wheels"},
    "tests/console/store/test_watch.py": {
        "why": "what happens by itself",
        "rtk/console/store": "background partitions run_state",
    },
    "tests/console/pages/test_matrix.py": {
        "why": "every page, for everybody",
        "rtk/console/pages": "apps urls",
        "rtk/console/pages/objectives": "urls",
        "rtk/console/pages/experiments": "urls",
        "rtk/console/pages/executions": "urls",
    },
    "tests/console/pages/objectives/test_views.py": {
        "why": "seen in the page",
        "rtk/console/pages": "listing",
        "rtk/console/pages/objectives": "forms",
        "rtk/console/store": "measures",
    },
    "tests/console/pages/objectives/test_spending.py": {"why": "shown", "rtk/console/store": "budget_spending outages"},
    "tests/console/pages/experiments/test_views.py": {"why": "seen", "rtk/console/pages/experiments": "queries steps"},
    "tests/console/pages/executions/test_views.py": {"why": "seen", "rtk/console/pages/executions": "queries story"},
    "tests/console/pages/safeguards/test_views.py": {"why": "seen", "rtk/console/pages/safeguards": "forms urls"},
    "tests/console/pages/insights/test_views.py": {
        "why": "seen in the page",
        "rtk/console/pages/insights": "page record run_lookup schema states urls",
    },
    "tests/console/pages/importing/test_views.py": {
        "why": "seen in the page",
        "rtk/console/pages/importing": "forms proposals urls",
    },
    "tests/console/pages/verifications/test_views.py": {
        "why": "seen in the page",
        "rtk/console/pages/verifications": "queries urls",
    },
    "tests/console/pages/timeline/test_views.py": {
        "why": "seen in the page",
        "rtk/console/pages/timeline": "cards filters guide lines urls",
    },
    "tests/tools/test_typescript.py": {"why": "written from it", "rtk/console/store": "schema"},
    "tests/demo/test_story.py": {
        "why": "played for real",
        "rtk/demo": "console keeper place step_printer",
        "rtk/cli/commands": "demo",
    },
    "tests/demo/test_stage.py": {"why": "what the stage is told", "rtk/demo": "interrupted"},
}


def sources() -> list[Path]:
    """What is written by hand: migrations are written by Django, and as long as they are."""
    return sorted(path for path in SRC.rglob("*.py") if path.parent.name != "migrations")


def modules() -> list[Path]:
    return [path for path in sources() if path.name != "__init__.py"]


def name(path: Path) -> str:
    """A module's dotted name."""
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
    """The dotted names of the modules that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(module: str) -> int | None:
    """Where in the order of imports a module stands; None for the foundation and for other packages."""
    found = [number for number, each in enumerate(LAYERS) if f"{module}.".startswith(f"{each}.")]
    return found[0] if found else None


def test_imports_go_one_way_only() -> None:
    for path in sorted((SRC / "rtk").rglob("*.py")):
        here = layer(name(path))
        for module in imported(path):
            there = layer(module)
            upwards = there is not None and (here is None or there > here)
            assert not upwards, f"{name(path)} imports {module}, which stands above it"


def test_every_package_has_its_place_in_the_order() -> None:
    packages = {f"rtk.{path.parent.name}" for path in (SRC / "rtk").glob("*/__init__.py")}
    assert packages == set(LAYERS)


def test_what_experiments_name_stands_apart() -> None:
    for path in sorted((SRC / "chaoscloud").rglob("*.py")):
        for module in imported(path):
            own = module.split(".")[0] != "rtk" or any(
                f"{module}.".startswith(f"{each}.") for each in FOUNDATION - {"rtk"}
            )
            assert own or name(path) in PUBLISHING, f"{name(path)} imports {module}"


def test_the_insight_reads_and_writes_nothing() -> None:
    busy = {"os", "pathlib", "subprocess", "socket", "threading", "time", "logging", "requests"}
    for path in sorted((SRC / "rtk" / "insight").rglob("*.py")):
        assert not busy & {module.split(".")[0] for module in imported(path)}, name(path)


def test_no_web_framework_is_imported_but_by_the_console() -> None:
    for path in sources():
        console = f"{name(path)}.".startswith("rtk.console.")
        assert console or not WEB_FRAMEWORKS & {module.split(".")[0] for module in imported(path)}, name(path)


def test_commands_import_the_console_only_when_it_is_needed() -> None:
    for path in sorted((SRC / "rtk" / "cli").glob("*.py")):
        at_the_top = [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
        named = {getattr(node, "module", None) or node.names[0].name for node in at_the_top}
        assert not any(f"{module}.".startswith("rtk.console.") for module in named), name(path)


def test_no_file_is_too_long() -> None:
    tests = [path for each in ("tests", "bench", "frontend/tests") for path in (ROOT / each).rglob("*.[pt][ys]")]
    limits = dict.fromkeys(tests, LONGEST_TEST_FILE) | dict.fromkeys([*sources(), *of_the_front_end()], LONGEST_FILE)
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) - most for path, most in limits.items()}
    assert {path: f"{over} lines too many" for path, over in lengths.items() if over > 0} == {}


def of_the_front_end() -> list[Path]:
    """What is written by hand for the browser, and what builds it."""
    folders = (ROOT / "frontend" / "src", ROOT / "frontend" / "plugins", ROOT / "tools")
    return [path for each in folders for path in each.rglob("*") if path.suffix in (".ts", ".css", ".py", ".sh")]


def test_nothing_built_and_nothing_of_others_is_in_git() -> None:
    places = [path.relative_to(ROOT).parts for path in tracked()]
    assert [parts for parts in places if {"node_modules", "dist"} & set(parts)] == []


def test_functions_are_short() -> None:
    lengths = []
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = code_lines(node)
                assert length <= LONGEST_FUNCTION, f"{name(path)}.{node.name}: {length} lines"
                lengths.append(length)
    assert sorted(lengths)[len(lengths) * 9 // 10] <= LONGEST_OF_NINE_IN_TEN


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """A function's lines without its docstring, which may give a whole example."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_each_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name not in PRESCRIBED_CLASSES:
                places.setdefault(node.name, []).append(name(path))
    shared = {each: found for each, found in places.items() if len(found) > 1}
    assert shared == {}, "a name stands for one class: name what it is"


def test_every_module_has_its_test_file() -> None:
    elsewhere = {module for parts in PARTS.values() for module in modules_of(parts)}
    for path in modules():
        tested = mirror(path).exists() or path.relative_to(SRC).as_posix() in elsewhere
        wanted = f"{mirror(path).relative_to(ROOT)}, or a row in PARTS of this file"
        assert tested, f"{path.relative_to(ROOT)} has no test file: add {wanted}"


def test_what_is_said_to_be_tested_elsewhere_is_there() -> None:
    for test, parts in PARTS.items():
        assert (ROOT / test).exists(), test
        assert parts["why"]
        for module in modules_of(parts):
            assert (SRC / module).exists(), module
            assert not mirror(SRC / module).exists(), f"{module} has a test file of its own by now"


def modules_of(parts: dict[str, str]) -> list[str]:
    folders = [key for key in parts if key != "why"]
    return [f"{folder}/{each}.py" for folder in folders for each in parts[folder].split()]


def mirror(path: Path) -> Path:
    """The test file of a module: tests/verify/test_crew.py of src/rtk/verify/crew.py."""
    folder = path.relative_to(SRC / "rtk" if path.is_relative_to(SRC / "rtk") else SRC).parent
    return ROOT / "tests" / folder / f"test_{path.stem}.py"


@cache
def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / each for each in listed.stdout.decode().split("\0") if each and (ROOT / each).is_file()]


# Put together here, so that this file does not hold what it forbids.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org", "crates" + ".io"]
PLACES = "|".join(["wo" + "rk", "ro" + "ot", "tm" + "p", "home/[a-z]+"])
MACHINE_PATH = re.compile(rf"(?<![\w.$~}}/-])/(?:{PLACES})(?:/|\b)")
TEMPORARY = "/" + "tm" + "p"
OF_CONTAINERS = (
    "deploy/",
    "compose.yaml",
    "tests/packaging/",
    "docs/how-to/run-in-",
    "docs/how-to/use-in-ci.md",
    "src/rtk/console/pages/verifications/ways/",
)
UNFINISHED = re.compile(rf"\b(?:{'TO' + 'DO'}|{'FIX' + 'ME'}|{'X' + 'XX'})\b")


def test_no_registry_and_no_path_of_a_machine_is_in_the_tree() -> None:
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        for registry in REGISTRIES:
            assert registry not in text, f"{path.relative_to(ROOT)} names {registry}"
        if path.relative_to(ROOT).as_posix().startswith(OF_CONTAINERS):
            text = text.replace(TEMPORARY, "")  # a container's own
        found = MACHINE_PATH.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {text[max(0, found.start() - 40) : found.end() + 40]!r}"


def test_nothing_is_left_to_be_done_in_the_code() -> None:
    for path in [*SRC.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        assert not UNFINISHED.search(path.read_text()), path.relative_to(ROOT)


def test_no_two_decisions_and_no_two_changes_of_tables_have_one_number() -> None:
    for directory in (ROOT / "decisions", *(ROOT / "src/rtk/console").glob("*/migrations")):
        numbers = [path.name[:4] for path in directory.glob("[0-9]*")]
        assert len(set(numbers)) == len(numbers), f"{directory}: {sorted(numbers)}"
