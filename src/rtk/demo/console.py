"""What the demonstration asks of the console's API, with a token, as a script would."""

import time
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import requests

from rtk.errors import ToolkitError

EXPERIMENT = "experiment-ec2-responds-processor-load.json"
OBJECTIVE = {"target": 0.95, "window": 86_400.0}
LIMIT_S = 30.0  # for an answer, and for a verdict


class UnexpectedAnswer(ToolkitError):
    """The console did not answer as it should."""


@dataclass(frozen=True)
class Times:
    """How a verification measures, in seconds."""

    frequency: float
    duration: float
    warm_up: float
    cool_down: float


SHORT = Times(0.5, 30.0, 8.0, 6.0)
FULL = Times(10.0, 300.0, 60.0, 60.0)  # frequency and duration as published


def experiment() -> str:
    """The tutorial's experiment, as it was published."""
    return files("rtk.demo").joinpath(EXPERIMENT).read_text(encoding="utf-8")


class TeamClient:
    """The one team that a token can see."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self._session = requests.Session()
        self._session.trust_env = False  # the console is on this machine
        self._session.headers["Authorization"] = f"Bearer {token}"
        organization = self._asked("GET", "/organizations")[0]
        self._path = f"/organizations/{organization['id']}/teams/{organization['teams'][0]['id']}"

    def look(self, source: str) -> dict[str, Any]:
        """What the console finds in an experiment."""
        return dict(self._asked("POST", f"{self._path}/import", {"source": source, "format": "json"}))

    def verification(self, found: dict[str, Any], times: Times) -> str:
        """The id of a verification of what was found, by these times: made, unless an earlier demonstration has."""
        for each in self._asked("GET", f"{self._path}/verifications?limit=200")["items"]:
            if all(each[name] == value for name, value in vars(times).items()):
                return str(each["id"])
        body = {
            "name": found["title"],
            "experiment": found["experiment"],
            "objective": {"name": found["experiment"]["steady-state-hypothesis"]["title"], **OBJECTIVE},
            **vars(times),
        }
        return str(self._asked("POST", f"{self._path}/verifications", body)["id"])

    def file(self, verification: str) -> str:
        """The address that `chaos verify` takes."""
        return f"{self.url}/assets/verifications/{verification}.json"

    def last_run(self, verification: str) -> dict[str, Any]:
        """The latest run, once the console has computed its insight."""
        path, patience = f"{self._path}/verifications/{verification}/runs", time.monotonic() + LIMIT_S
        while not (run := self._asked("GET", f"{path}?limit=1")["items"][0])["verdict"]:
            if time.monotonic() > patience:
                raise UnexpectedAnswer(f"the console has no verdict of run {run['id']} yet")
            time.sleep(0.1)
        return dict(run)

    def _asked(self, method: str, path: str, body: Any = None) -> Any:
        try:
            answer = self._session.request(method, f"{self.url}/api/v1{path}", json=body, timeout=LIMIT_S)
        except requests.RequestException as error:
            raise UnexpectedAnswer(f"the console does not answer: {type(error).__name__}") from None
        if not answer.ok:
            raise UnexpectedAnswer(f"the console answered {answer.status_code} to {method} {path}: {answer.text[:200]}")
        return answer.json()
