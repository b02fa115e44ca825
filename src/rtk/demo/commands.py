"""The commands of the demonstration, and the environment in which they run."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from rtk import origin
from rtk.demo.place import DemoDirectory
from rtk.errors import BadInput
from rtk.lab import state

# What a person has set for consoles, runs and AWS of their own must not lead the demonstration there.
OTHERS = ("RTK_", "AWS_", "DATABASE_URL", "DJANGO_", "CHAOSTOOLKIT_")
OURSELVES = "localhost,127.0.0.1"
EMAIL, ORGANIZATION, TEAM = "demo@example.org", "Demo", "Web"
# For answers asked for twice a second: with so much work and niceness the web server uses a third of its CPU at rest,
# and under load a quarter is left for it. At the published times the lab's own are right.
SHORT_SERVER = ("--work", "0.16", "--nice", "5")


def environment(place: DemoDirectory, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """A person's environment, made ours: our programs first, our own state, no proxy between us."""
    kept = {name: value for name, value in environ.items() if not name.startswith(OTHERS)}
    past = ",".join(filter(None, (kept.get("no_proxy") or kept.get("NO_PROXY"), OURSELVES)))
    ours = {"XDG_STATE_HOME": str(place.state), "no_proxy": past, "NO_PROXY": past}
    return {**kept, **ours, "PATH": f"{Path(sys.executable).parent}:{kept.get('PATH', os.defpath)}"}


class Commands:
    """Each command as a list of words, with the program found. `environ` is that of `environment`."""

    def __init__(self, place: DemoDirectory, environ: dict[str, str]) -> None:
        self.place, self.environ = place, environ

    def needed(self, program: str, otherwise: str) -> str:
        """Where a program is. Raises BadInput."""
        found = shutil.which(program, path=self.environ["PATH"])
        if found is None:
            raise BadInput(f"the command '{program}' is needed and not there; {otherwise}")
        return found

    def _rtk(self, *words: str) -> list[str]:
        return [self.needed("rtk", origin.install_hint("all")), *words]

    def _data(self) -> tuple[str, str]:
        return "--data", str(self.place.console.path)

    def up(self) -> list[str]:
        """Bring the console up, at a port that is free."""
        return self._rtk("up", "--detach", *self._data(), "--port", "0")

    def down(self) -> list[str]:
        """End the console."""
        return self._rtk("down", *self._data())

    def provision(self) -> list[str]:
        """Make the user, the organization, the team and the token."""
        who = ("--email", EMAIL, "--organization", ORGANIZATION, "--team", TEAM)
        return self._rtk("provision", *self._data(), *who, "--token-file", str(self.place.token))

    def sign_in_link(self, to: str) -> list[str]:
        """A link with which a browser is signed in and then at a page, a path."""
        return self._rtk("sign-in-link", *self._data(), "--email", EMAIL, "--to", to)

    def lab_up(self, port: int, web_port: int, *more: str) -> list[str]:
        """Start the lab with one instance."""
        ports = ("--port", str(port), "--web-port", str(web_port))
        return self._rtk("lab", "up", "--detach", "--instances", "1", *ports, *more)

    def lab_down(self) -> list[str] | None:
        """End the lab; None when there is none."""
        return self._rtk("lab", "down") if self.lab() else None

    def lab(self) -> state.Lab | None:
        """The demonstration's lab, where it runs."""
        return state.find()  # XDG_STATE_HOME is that of `environment`, also in this process

    def verify(self, address: str) -> list[str]:
        """The run. What the person has in their own settings is left alone."""
        chaos = self.needed("chaos", "pip install chaostoolkit brings it")
        before = ("--no-version-check", "--no-log-file", "--settings", str(self.place.settings))
        kept = ("--journal-path", str(self.place.journal), "--report", str(self.place.report))
        return [chaos, *before, "verify", "--wait-publish", "30s", *kept, address]
