"""The ways to run a verification: commands and files for a terminal, containers and CI, complete as they stand.

Each is a template beside this file, with fields written as `§{name}`. No token is ever in one of them.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from functools import cache
from math import ceil
from pathlib import Path
from string import Template
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from rtk.experiment.needs import Variable
from rtk.insight.occurs import Occurs

_TEMPLATES = Path(__file__).parent / "ways"
_LEAST_S = 600  # a run ends itself after twice its planned time and ten minutes; whoever kills it waits longer
_PLACEHOLDER = "registry.example.com/reliability-toolkit"
_FILL = (
    f"Put the name of your image, built as under Docker, in place of {_PLACEHOLDER}; "
    "the administrator of this console can name it for all by RTK_IMAGE."
)


class _Text(Template):
    delimiter = "§"  # shells and files for CI have use for $ and braces themselves


class File(NamedTuple):
    """A file or some commands: what it is called, and its text. `hint` says what to do with it."""

    name: str
    text: str
    hint: str = ""


class Way(NamedTuple):
    """A way to run it: its key in addresses, what comes first, its files, and what to know afterwards."""

    key: str
    before: str
    files: Sequence[File]
    after: str


class RunnableVerification(Struct, frozen=True):
    """What is run: a verification of a console, with what its experiment needs.

    `planned_s` is how long all phases are planned to take, `distributions` are the arguments of `pip install`. Without
    an `image`, one must be filled in. `expects` is how often its conditions are expected.
    """

    id: UUID
    console: str
    planned_s: float
    distributions: Sequence[str]
    variables: Sequence[Variable] = ()
    programs: Sequence[str] = ()
    image: str = ""
    expects: Occurs | None = None

    @property
    def url(self) -> str:
        """Where its file is."""
        return f"{self.console}/assets/verifications/{self.id}.json"

    @property
    def name(self) -> str:
        """What it is called where names are short."""
        return f"verify-{str(self.id)[:8]}"

    @property
    def plain(self) -> list[str]:
        """The variables that configure it."""
        return [each.name for each in self.variables if each.option]

    @property
    def secret(self) -> list[str]:
        """The variables that are secrets."""
        return [each.name for each in self.variables if not each.option]

    @property
    def command(self) -> str:
        """The command with everything it needs."""
        return " ".join([*(f"{each.name}=…" for each in self.variables), "chaos verify", self.url])


def way_of(key: str, subject: RunnableVerification) -> Way:
    """A way by its key; the first one for a key that there is none of."""
    _, made = WAYS.get(key, WAYS["terminal"])
    return made(subject)


def _terminal(of: RunnableVerification) -> Way:
    prepared = f"pip install {_install(of)}\nchaos signin --url {of.console}"
    return Way(
        "terminal",
        "",
        [
            File("Command", of.command, f"{'Put the values in place of …. ' if of.variables else ''}{_FIRST}"),
            File(
                "Before the first time",
                prepared,
                f"Once on each machine: install, and sign in with a token of yours. {_pinned(of)}",
            ),
        ],
        f"Processes of the experiment start in the folder in which you are. {_exit_codes(of)}{_also(of)}",
    )


def _docker(of: RunnableVerification) -> Way:
    image = of.image or "reliability-toolkit"
    names = "".join(f"--env {name} " for name in (*of.plain, *of.secret))
    text = _filled("docker", of, image=image, variables=names)
    hint = f"An image with all that this experiment needs. {_pinned(of)}"
    return Way(
        "docker",
        _exported(of),
        [File("Dockerfile", _filled("Dockerfile", of), hint), File("Commands", text)],
        "Journal, reports and the record of the run are in the folder in which you are. If the container is killed, "
        f"chaos recover in a new one, with the same folder, undoes what was done. {_exit_codes(of)}{_also(of)}",
    )


def _kubernetes(of: RunnableVerification, key: str, template: str, verb: str) -> Way:
    file = f"{template}.yaml"
    # Options of kubectl that take values from the shell, each in a line of its own.
    variables, secrets = (
        "".join(f' \\\n  --from-literal={name}="${name}"' for name in names) for names in (of.plain, of.secret)
    )
    commands = _filled("kubectl", of, file=file, verb=verb, variables=variables, secrets=secrets)
    image = of.image or _PLACEHOLDER
    fill = "" if of.image else _FILL
    return Way(
        key,
        _exported(of),
        [
            File(file, _filled(template, of, image=image), fill),
            File("claim.yaml", _filled("claim", of), _KEPT),
            File("Commands", commands, _ONCE[verb]),
        ],
        "The job fails where the command fails. It is not tried again: every try is a run of its own. Its report is "
        f"here, on the console. {_exit_codes(of)}{_also(of)}",
    )


def _github(of: RunnableVerification) -> Way:
    kinds = (("vars", of.plain), ("secrets", of.secret))
    lines = [f"{name}: ${{{{ {kind}.{name} }}}}" for kind, names in kinds for name in names]
    text = _filled("github", of, variables="".join(f"\n{' ' * 10}{line}" for line in lines))
    secrets, plain = _listed(["RTK_TOKEN", *of.secret], "secret"), _listed(of.plain, "variable")
    return Way(
        "github",
        f"In the repository's settings, under Secrets and variables, Actions: make the {secrets}"
        f"{f' and the {plain}' if plain else ''}.",
        [File(f".github/workflows/{of.name}.yml", text, _pinned(of))],
        f"{_exit_codes(of)}{_also(of)}",
    )


def _gitlab(of: RunnableVerification) -> Way:
    names = _listed(["RTK_TOKEN", *of.plain, *of.secret], "variable")
    masked = _listed(["RTK_TOKEN", *of.secret], "")
    return Way(
        "gitlab",
        f"In the project's settings, under CI/CD, Variables: make the {names}; mask {masked}.",
        [File(".gitlab-ci.yml", _filled("gitlab", of), _pinned(of))],
        f"{_exit_codes(of)}{_also(of)}",
    )


def _jenkins(of: RunnableVerification) -> Way:
    parameters = [f"string(name: '{name}', description: 'Needed by the experiment')" for name in of.plain]
    inner = "".join(f"        {each}\n" for each in parameters)
    secrets = "".join(f"\n                {name} = credentials('{_slug(name)}')" for name in of.secret)
    text = _filled(
        "Jenkinsfile", of, parameters=f"parameters {{\n{inner}    }}\n    " if parameters else "", secrets=secrets
    )
    ids = _listed(["rtk-token", *map(_slug, of.secret)], "credential")
    return Way(
        "jenkins",
        f"It needs the plugins Docker Pipeline and JUnit. Make the {ids}, of the kind Secret text.",
        [File("Jenkinsfile", text, _pinned(of))],
        f"{_exit_codes(of)}{_also(of)}",
    )


WAYS: dict[str, tuple[str, Callable[[RunnableVerification], Way]]] = {
    "terminal": ("Terminal", _terminal),
    "docker": ("Docker", _docker),
    "kubernetes": ("Kubernetes Job", lambda of: _kubernetes(of, "kubernetes", "job", "create")),
    "cronjob": ("Kubernetes CronJob", lambda of: _kubernetes(of, "cronjob", "cronjob", "apply")),
    "github": ("GitHub Actions", _github),
    "gitlab": ("GitLab CI", _gitlab),
    "jenkins": ("Jenkins", _jenkins),
}
_FIRST = "On a machine where it was never run, first do what stands below."
_KEPT = "Where the records of runs outlive their pods, so that chaos recover can undo a run whose pod died."
_ONCE = {"create": "All but the last line once; the last one for each run.", "apply": ""}
_PINNED = (
    "The digest behind # has pip refuse any file but the one that this console names. For a newer client, copy the "
    "line again after an update of the console."
)
_EXIT_CODES = (
    "It exits with 0 when the objective holds or nothing is decided, 2 when it is broken, 1 or 4 when nothing could be "
    "verified, 5 when something is not restored. With --strict only proof is 0."
)
_COSTS = " With --strict-cost it exits with 2 also where what is expected costs more than its allowance."
_STRICT_COSTS = " It exits with 2 also where what is expected costs more than its allowance: the verification says so."


def _exit_codes(of: RunnableVerification) -> str:
    return _EXIT_CODES + ("" if of.expects is None else _STRICT_COSTS if of.expects.strict else _COSTS)


def _filled(template: str, of: RunnableVerification, **more: str) -> str:
    seconds = 2 * of.planned_s + _LEAST_S
    fields = {
        "console": of.console,
        "url": of.url,
        "name": of.name,
        "install": _install(of),
        "seconds": str(ceil(seconds / 60 + 5) * 60),
        "minutes": str(ceil(seconds / 60 + 5)),
    }
    return _template(template).substitute({**fields, **more}).rstrip("\n")


@cache
def _template(name: str) -> _Text:
    return _Text((_TEMPLATES / f"{name}.txt").read_text())


def _install(of: RunnableVerification) -> str:
    return " ".join(shlex.quote(each) for each in of.distributions)


def _pinned(of: RunnableVerification) -> str:
    return _PINNED if any("#sha256=" in each for each in of.distributions) else ""


def _exported(of: RunnableVerification) -> str:
    names = [*of.plain, *of.secret]
    return f"Set the {_listed(names, 'environment variable')} in your shell first: export them." if names else ""


def _also(of: RunnableVerification) -> str:
    """What else must be there."""
    programs = f" The experiment also starts {_listed(of.programs, '')}: see that it is there." if of.programs else ""
    uses_aws = any("aws" in each for each in of.distributions)
    credentials = " The aws command finds its credentials and region as it always does." if uses_aws else ""
    return programs + credentials


def _listed(names: Sequence[str], noun: str) -> str:
    """`variable A`, `variables A, B and C`; nothing of none."""
    if not names:
        return ""
    *rest, last = names
    text = f"{', '.join(rest)} and {last}" if rest else last
    return f"{noun}{'s' if noun and rest else ''} {text}".strip()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
