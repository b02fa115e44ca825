"""How an objective is measured: a probe with its tolerance, as the hypothesis of an experiment has them.

    {"type": "probe", "name": "http-response-time", "provider": {…"func": "time_http_call"…}, "tolerance": {…}}

So the measure of an objective is, as it stands, the one probe of the experiment that verifies it.
"""

from collections.abc import Mapping
from typing import Any, Literal

from django.db import transaction
from msgspec import Struct

from rtk.console.people.models import Team, User
from rtk.console.store import changes, lessons
from rtk.console.store.models import Objective, Verification
from rtk.experiment.quantity import finite, in_file
from rtk.figures import number
from rtk.insight.outage_length import Learned, outage_length
from rtk.insight.proof import needed
from rtk.report.measured import measured

Kind = Literal["time", "status"]
NAMES: dict[Kind, str] = {"time": "http-response-time", "status": "http-status"}
FUNCTIONS: dict[Kind, str] = {"time": "time_http_call", "status": "read_http_status_code"}
USUAL_TIMEOUT_S = 30.0
FREQUENCY_S, SOON_S, LONGEST_S = 5.0, 900, 86_400


class Http(Struct, frozen=True):
    """An HTTP service that is measured: its response time in milliseconds, or its status; bounds are inclusive."""

    kind: Kind
    url: str
    upper: float
    lower: float | None = None

    def probe(self) -> dict[str, Any]:
        """The probe with its tolerance."""
        arguments: dict[str, Any] = {"url": self.url}
        if self.kind == "time" and self.upper > USUAL_TIMEOUT_S * 1000 / 2:
            arguments["timeout"] = round(2 * self.upper / 1000)  # else a slow answer could never be told from none
        if self.kind == "time":
            func, bounds = "response_time_under", {"duration": in_file(self.upper)}
        elif self.lower is None or self.lower == self.upper:
            func, bounds = "status_must_be", {"expected": in_file(self.upper)}
        else:
            func, bounds = "status_in_range", {"lower": in_file(self.lower), "upper": in_file(self.upper)}
        return {
            "type": "probe",
            "name": NAMES[self.kind],
            "provider": _python("chaoscloud.probes.http", FUNCTIONS[self.kind], arguments),
            "tolerance": {
                "type": "probe",
                "name": f"http-{func.replace('_', '-')}",
                "provider": _python("chaoscloud.tolerances.http", func, bounds),
            },
        }


def http_of(measure: Mapping[str, Any]) -> Http | None:
    """What `Http.probe` made; None for any other measure."""
    arguments, bounds = _arguments(measure), _arguments(_mapping(measure.get("tolerance")))
    url, made = arguments.get("url"), None
    upper = finite(bounds.get("duration", bounds.get("upper", bounds.get("expected"))))
    if isinstance(url, str) and upper is not None:
        for kind in NAMES:
            lower = finite(bounds.get("lower"))
            made = Http(kind, url, upper, lower)
            # Only what it would make again is its own: of any other measure something would be lost by an edit.
            if made.probe() == measure:
                return made
    return None


def words(measure: Mapping[str, Any]) -> str:
    """A measure as a sentence without its full stop; empty where there is none."""
    found = http_of(measure)
    if found is None:
        return measured(measure) if isinstance(measure.get("name"), str) else ""
    if found.kind == "time":
        return f"{found.url} answers within {number(found.upper, 'ms')}"
    lower, upper = in_file(found.lower or found.upper), in_file(found.upper)
    if lower == upper:
        return f"{found.url} answers with status {upper}"
    return f"{found.url} answers with a status from {lower} to {upper}"


@transaction.atomic
def verification_of(team: Team, user: User, objective: Objective) -> Verification:
    """A new verification of an objective by its measure: the system as it is, with no condition applied."""
    frequency, duration = schedule_for(objective)
    name = f"{objective.name[:480]} with no condition"
    values = {
        "name": name,
        "objective_id": str(objective.id),
        "experiment": experiment_of(objective, name),
        "frequency": frequency,
        "duration": duration,
        "warm_up": 0.0,
        "cool_down": 0.0,
        "stop_when": {},
    }
    return changes.new_verification(team, user, values)


def experiment_of(objective: Objective, title: str) -> dict[str, Any]:
    """The experiment that measures an objective as its measure says."""
    told = objective.description.strip() or f"Measures “{objective.name}” as the system is, with no condition applied."
    return {
        "title": title,
        "description": told,
        "tags": list(objective.tags),
        "steady-state-hypothesis": {"title": objective.name, "probes": [dict(objective.measure)]},
        "method": [],
        "rollbacks": [],
    }


def schedule_for(objective: Objective) -> tuple[float, float]:
    """Frequency and duration (seconds) of a plan that can pass an objective, by what is declared and learned of it."""
    return schedule_of(objective.target, objective.outage_lasts_s, lessons.learned(objective.pk))


def schedule_of(
    target: float, outage_lasts_s: float | None = None, learned: Learned | None = None
) -> tuple[float, float]:
    """Frequency and duration (seconds) of a plan that can pass: 15 min or what proves the target, a day at most.

    How long an outage lasts counts, as declared or learned. Time is what buys evidence, and not the frequency; so every
    5 s is often enough.
    """
    slots = needed(target, outage_length(FREQUENCY_S, outage_lasts_s, learned=learned).slots(FREQUENCY_S))
    minutes = -(-slots * FREQUENCY_S // 60)
    return FREQUENCY_S, float(min(max(minutes * 60, SOON_S), LONGEST_S))


def _python(module: str, func: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


def _arguments(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(activity.get("provider")).get("arguments"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
