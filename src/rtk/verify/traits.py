"""What names and values of an action say of the system it acts on: hosts, scopes such as a region, and targets.

Quantities, such as a duration or a number of workers, say how it is done, not to what, and are passed over.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from rtk.experiment.address import loopback
from rtk.verify.secretive import is_secretive
from rtk.verify.systems import node

DEEPEST = 6  # levels of an argument that are looked into

# Which dimension a name is of, where it narrows down a system instead of being one.
SCOPES: dict[str, str] = {
    **dict.fromkeys(("env", "environment", "stage", "deployment_environment"), "environment"),
    **dict.fromkeys(("region", "aws_region", "aws_default_region", "location"), "region"),
    **dict.fromkeys(("ns", "namespace", "namespaces", "kubernetes_namespace"), "namespace"),
    **dict.fromkeys(("cluster", "cluster_name", "cluster_id"), "cluster"),
    **dict.fromkeys(("context", "kubernetes_context", "kube_context", "docker_context"), "context"),
    **dict.fromkeys(("profile", "aws_profile", "aws_profile_name", "account", "account_id"), "account"),
    **dict.fromkeys(("role_arn", "aws_role_arn", "aws_assume_role_arn"), "account"),
    **dict.fromkeys(("project", "project_id", "gcp_project_id", "cloudsdk_core_project"), "project"),
    **dict.fromkeys(("subscription", "subscription_id", "azure_subscription_id"), "subscription"),
    **dict.fromkeys(("resource_group", "resource_group_name", "azure_resource_group"), "resource group"),
    **dict.fromkeys(("tenant", "tenant_id", "workspace", "tf_workspace"), "tenant"),
}
_HOSTS = re.compile(r"(^|_)(url|uri|host|hosts|hostname|endpoint|endpoint_url|address|server|ip)$")
_PORT = re.compile(r"(^|_)port$")
_ID = re.compile(r"(^|_)(id|ids|pid|pids|port|ports)$")
_MANNER = re.compile(
    r"(^|_)(duration|timeout|time_out|interval|count|number|qty|quantity|delay|latency|jitter|rate|percent|percentage|"
    r"workers|load|size|level|force|signal|grace|grace_period_seconds|retries|tries|wait|mode|method|headers|verify|"
    r"verify_tls|verbose|debug|quiet|message|description|comment|reason|text|title|log|logs|output|body|data|lasts|"
    r"kind|type|op|operation|command|script|rand|order|probability|toxicity|since|until|version)$"
)
QUANTITY = re.compile(r"[-+]?[0-9]+([.,:][0-9]+)*\s*(%|[a-zA-Zµ]{1,4})?(/[a-z]+)?", re.ASCII)
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^\s/@]*@)?(?:\[[0-9a-fA-F:]*\])?[^\s\"'<>|;,)\]}]*")
_HOST_PORT = re.compile(
    r"(?:[\w.+-]+@)?(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9][\w.-]*[a-zA-Z0-9]):([0-9]{2,5})(?:/.*)?", re.ASCII
)
_AT_HOST = re.compile(r"[\w.+-]+@([a-zA-Z0-9][\w.-]*[a-zA-Z0-9])(?::.*)?", re.ASCII)
_USER = re.compile(r"://[^/@\s]*@")
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_ENVIRONMENT = re.compile(
    r"(?i)(?<![a-z0-9])(?:(?P<nonproduction>non[-_]?prod(?:uction)?)|(?P<preproduction>pre[-_]?prod(?:uction)?)|"
    r"(?P<production>prod(?:uction)?|prd)|(?P<staging>stag(?:e|ing)|stg)|(?P<uat>uat)|(?P<qa>qa)|(?P<sandbox>sandbox))"
    r"(?![a-z0-9])"
)


@dataclass
class Traits:
    """What was seen of a system. A host is a name and a port, which counts on this machine alone.

    `secret` are hosts whose names are in a secret: they tell systems apart, and are never told.
    """

    redact: Callable[[str], str] = lambda text: text
    hosts: set[tuple[str, str]] = field(default_factory=set)
    scopes: dict[str, set[str]] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    secret: set[str] = field(default_factory=set)

    @property
    def marks(self) -> dict[str, set[str]]:
        """The scopes and the targets, by their dimensions."""
        return {**self.scopes, "target": self.targets}

    def name(self, name: str, value: Any, depth: int = 0) -> None:
        """Take in a value that has a name: an argument, an option, a variable."""
        if value is None or depth > DEEPEST:
            return
        if isinstance(value, Mapping):
            self.mapping(value, depth + 1)
        elif isinstance(value, list | tuple | set | frozenset):
            for item in value:
                self.name(name, item, depth + 1)
        elif not isinstance(value, bool | bytes):
            self._named(_plain(name), str(value).strip(), isinstance(value, int | float))

    def mapping(self, values: Mapping[Any, Any], depth: int = 0) -> None:
        """Take in names and their values. A port belongs to the host that stands beside it."""
        ports = [str(value) for name, value in values.items() if _PORT.search(_plain(str(name)))]
        before = set(self.hosts)
        pairs: Iterable[tuple[Any, Any]] = values.items()
        low = {str(name).lower(): value for name, value in pairs}
        named, given = low.get("name") or low.get("key"), low.get("values", low.get("value"))
        if isinstance(named, str) and given is not None and len(low) == 2:
            pairs = [(named.rpartition(":")[2], given)]  # `{Name: x, Values: y}`, as clouds write filters
        for name, value in pairs:
            self.name(str(name), value, depth)
        if len(ports) == 1:
            without = {host for host in self.hosts - before if not host[1]}
            self.hosts = (self.hosts - without) | {(host, ports[0]) for host, _ in without}

    def word(self, word: str) -> None:
        """Take in a word of a command."""
        if not self.addresses(word):
            self._target(word)

    def addresses(self, text: str) -> bool:
        """Take in the hosts of addresses within a text; whether there was one."""
        before, found = set(self.hosts), _ADDRESS.findall(text)
        for address in found:
            scheme, _, rest = address.partition("://")
            if scheme.lower() == "file":
                self._target(rest)
                continue
            netloc = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
            host, port = netloc, ""
            if split := re.fullmatch(r"(\[[^\]]*\]|[^:]*):([0-9]*)", netloc):
                host, port = split[1], split[2]
            self._host(host, port or _PORTS.get(scheme.lower(), ""))
        alone = _HOST_PORT.fullmatch(text) or _AT_HOST.fullmatch(text)
        if alone and not found:
            self._host(alone[1], alone[2] if alone.re is _HOST_PORT else "")
        without_user = _USER.sub("://", text)
        if self.redact(without_user) != without_user:
            self.secret.update(host for host, _ in self.hosts - before)
        self._environment(text)
        return bool(found or alone)

    def _named(self, name: str, text: str, number: bool) -> None:
        scope = SCOPES.get(name)
        if scope:
            self.scopes.setdefault(scope, set()).update([environment_of(text) or text] if text else [])
        elif _HOSTS.search(name) and text:
            if not self.addresses(text):
                self._host(text, "")
        elif self.addresses(text) or is_secretive(name) or is_manner(name):
            return
        elif _ID.search(name) or not (number or QUANTITY.fullmatch(text)):
            self._target(text)

    def _target(self, text: str) -> None:
        if text and self.redact(text) == text:  # what a token is says nothing of where it is used
            self._environment(text)
            self.targets.add(text)

    def _host(self, host: str, port: str) -> None:
        if self.redact(host) != host:
            self.secret.add(host)
        name = host.strip("[]").lower().rstrip(".")
        if name:
            self.hosts.add(("", port) if is_here(name) else (name, ""))

    def _environment(self, text: str) -> None:
        if found := environment_of(text):
            self.scopes.setdefault("environment", set()).add(found)


def environment_of(text: str) -> str | None:
    """Return which environment a text names, such as `staging` of `checkout-stg.example`; None where it names none."""
    found = _ENVIRONMENT.search(text)
    return found.lastgroup if found else None


def is_manner(name: str) -> bool:
    """Tell whether a name says how something is done, such as a duration, not to what."""
    return _MANNER.search(_plain(name)) is not None


def is_here(host: str) -> bool:
    """Tell whether a host name is this machine itself."""
    if loopback(host) or host == node().lower():
        return True
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def file_of(word: str, redirected: bool = False) -> str | None:
    """Return the whole path where a word names a file; None for a device, a program, or what names none."""
    if word.startswith(("/dev/", "/bin/", "/sbin/", "/usr/", "/proc/self")) or word in ("/", ".", gettempdir()):
        return None
    if not (redirected or "/" in word or Path(word).is_file()):
        return None
    return str(Path(word).expanduser().absolute())


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip().lstrip("-")).replace("-", "_").lower()
