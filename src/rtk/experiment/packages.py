"""The Python packages that an experiment needs: of its activities, tolerances, claims, configuration and controls."""

import importlib
import importlib.util
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb
from typing import Any

from rtk.experiment.mend import DEEPEST
from rtk.experiment.wording import at, one_line, shown
from rtk.origin import DISTRIBUTION

# The import packages of extensions whose distribution is called differently, as their wheels have them.
DISTRIBUTIONS = {
    "chaosaddons": "chaostoolkit-addons",
    "chaosansible": "chaostoolkit-ansible",
    "chaosaws": "chaostoolkit-aws",
    "chaosazure": "chaostoolkit-azure",
    "chaoscf": "chaostoolkit-cloud-foundry",
    "chaosdatadog": "chaostoolkit-datadog",
    "chaosdynatrace": "chaostoolkit-dynatrace",
    "chaosfault": "chaostoolkit-fault",
    "chaosgandi": "chaostoolkit-gandi",
    "chaosgce": "chaostoolkit-google-cloud",
    "chaosgcp": "chaostoolkit-google-cloud-platform",
    "chaosgrafana": "chaostoolkit-grafana",
    "chaosgremlin": "chaostoolkit-gremlin",
    "chaoshoneycomb": "chaostoolkit-honeycomb",
    "chaoshumio": "chaostoolkit-humio",
    "chaosinstana": "chaostoolkit-instana",
    "chaosistio": "chaostoolkit-istio",
    "chaosk6": "chaostoolkit-k6",
    "chaosk8ext": "chaostoolkit-chaosk8ext",
    "chaosk8s": "chaostoolkit-kubernetes",
    "chaosk8s_wix": "chaostoolkit-k8s-wix",
    "chaoskafka": "chaostoolkit-kafka",
    "chaoslueur": "chaostoolkit-lueur",
    "chaosoci": "chaostoolkit-oci",
    "chaosopenstack": "chaostoolkit-openstack",
    "chaosprometheus": "chaostoolkit-prometheus",
    "chaosreliably": "chaostoolkit-reliably",
    "chaosreport": "chaostoolkit-reporting",
    "chaossaltstack": "chaostoolkit-saltstack",
    "chaosservicefabric": "chaostoolkit-service-fabric",
    "chaosslack": "chaostoolkit-slack",
    "chaosspring": "chaostoolkit-spring",
    "chaosswarm": "chaostoolkit-docker-swarm",
    "chaosterraform": "chaostoolkit-terraform",
    "chaostoolkit_utils": "chaostoolkit-utils",
    "chaostoxi": "chaostoolkit-toxiproxy",
    "chaostracing": "chaostoolkit-opentracing",
    "chaoswm": "chaostoolkit-wiremock",
    "chaoszos": "chaostoolkit-zos",
}
WITH_US = frozenset(("chaoscloud", "chaoslib", "chaostoolkit"))
_OF_AWS = ("chaoscloud.actions.ssm", "chaoscloud.probes.ssm")  # these need boto3


def modules(document: Mapping[str, Any]) -> dict[str, str]:
    """The Python modules that are called, with the first place that names each; a run cannot do without them."""
    return _first(
        found
        for key, part in document.items()
        if key not in ("controls", "extensions")
        for place, holder in mappings(part, key, skip=("controls",))
        for found in _module(holder, place)
    )


def control_modules(document: Mapping[str, Any]) -> dict[str, str]:
    """The Python modules of controls, likewise; where one is lacking, the Chaos Toolkit goes on without the control."""
    # A control may call something itself, such as the probes of a safeguard.
    return _first(
        found
        for where, holder in mappings(document)
        if isinstance(holder.get("controls"), list)
        for place, each in mappings(holder["controls"], at(where, "controls"))
        for found in _module(each, place)
    )


def distributions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What `pip install` must be given for all its modules, our own first."""
    known = [_distribution(module) for module in all_modules(document)]
    ours = f"{DISTRIBUTION}[aws]" if f"{DISTRIBUTION}[aws]" in known else DISTRIBUTION
    return tuple(dict.fromkeys((ours, *filter(None, known))))


def unknown(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The import packages of which no distribution is known here: somebody's own, found by PYTHONPATH."""
    packages = (top(module) for module in all_modules(document) if _distribution(module) is None)
    return tuple(dict.fromkeys(packages))


def all_modules(document: Mapping[str, Any]) -> dict[str, str]:
    """The modules of activities and of controls."""
    return control_modules(document) | modules(document)


def not_installed(module: str) -> bool:
    """Whether a module's top package cannot be found."""
    try:
        # It raises for what is no name of a module, and for a module without a specification.
        return importlib.util.find_spec(top(module)) is None
    except (ImportError, ValueError, AttributeError):
        return True


def import_error(module: str) -> BaseException | None:
    """Import a module that is there, and return what keeps it from being imported; None where nothing does."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        # One that is not there itself is found out by the Chaos Toolkit's own check.
        return None if error.name and f"{module}.".startswith(f"{error.name}.") else error
    except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs code of others
        return error
    return None


def failure(error: BaseException) -> str:
    """Say what a module raised while it was imported, with the last place of its own: not that of what imports."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno} is not Python: {error.msg}"
    # The first place is the import above.
    places = [each for each in extract_tb(error.__traceback__) if not each.filename.startswith("<")][1:]
    where = f"in {places[-1].filename}, line {places[-1].lineno}" if places else "while it is imported"
    return f"it raises {type(error).__name__} {where}: {one_line(error)}"


def absence(module: str, beside: Iterable[Path] = ()) -> str:
    """What is true of a module that Python does not find, and how to have it; it may lie in a folder of `beside`."""
    package = top(module)
    for folder in beside if package.isidentifier() and package not in DISTRIBUTIONS else ():
        if (folder / package).is_dir() or (folder / f"{package}.py").is_file():
            more = f":{already}" if (already := os.environ.get("PYTHONPATH")) else ""
            told = f"lies in {folder}, where Python does not look: export PYTHONPATH={shlex.quote(f'{folder}{more}')}"
            file = folder / f"{package}.py"
            # Compiled and not run, since nobody said that it may be imported from there.
            with suppress(OSError, ValueError):  # it is none, or holds what no text does
                try:
                    compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
                except SyntaxError as error:
                    told += f"; {failure(error)}"
            return told
    return f"is not installed, {install_hint(module)}"


def install_hint(module: str) -> str:
    """How to have a module: the package to install."""
    package = top(module)
    if distribution := DISTRIBUTIONS.get(package):
        return f"pip install {distribution}"
    return f"install the package that provides {shown(package)}, or name its folder in PYTHONPATH"


def top(module: str) -> str:
    """The package a module is of."""
    return module.partition(".")[0]


def mappings(
    part: Any, place: str = "", skip: tuple[str, ...] = (), depth: int = DEEPEST
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping of a part with its place, in file order."""
    if depth and isinstance(part, list):
        for index, each in enumerate(part):
            yield from mappings(each, at(place, index), skip, depth - 1)
    elif depth and isinstance(part, Mapping):
        yield place, part
        for key, each in part.items():
            if key not in skip:
                yield from mappings(each, at(place, str(key)), skip, depth - 1)


def _distribution(module: str) -> str | None:
    """What installs a module; empty for what comes with every installation."""
    package = top(module)
    if package == "chaoscloud":
        return f"{DISTRIBUTION}[aws]" if module in _OF_AWS else ""
    if package in WITH_US or package in sys.stdlib_module_names:
        return ""
    return DISTRIBUTIONS.get(package)


def _first(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Each module with the first place of several."""
    first: dict[str, str] = {}
    for place, module in found:
        first.setdefault(module, place)
    return first


def _module(holder: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    provider = holder.get("provider")
    if isinstance(provider, Mapping) and isinstance(provider.get("module"), str) and provider["module"].strip():
        yield at(at(place, "provider"), "module"), provider["module"]
