"""The calls about executions, as clients have spoken them since 2020: part A of the API."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rtk.experiment.block import NAME, block_in
from rtk.publish.console import EVENT, Console, ConsoleRefused
from rtk.publish.delivery import OURS, Passing
from rtk.publish.destination import segment
from rtk.publish.http_transport import Response
from rtk.publish.patience import is_passing
from rtk.verify.record import plain

SOURCE = "reliability-toolkit"


def tell_experiment(console: Console, experiment: Mapping[str, Any]) -> str:
    """Make an experiment known; its id. Raises `ConsoleRefused` and `NoAnswer`."""
    answer = _checked(console, console.call("POST", f"{console.where.base}/experiments", {"experiment": experiment}))
    found = answer.get("id") or block_in(experiment).get("experiment_id")
    if not found:
        raise ConsoleRefused(f"{console.name} did not say which experiment this is", answer.status)
    return str(found)


def create(console: Console, experiment: str, journal: Mapping[str, Any], key: str) -> tuple[str, str]:
    """Make an execution known; its id and the page that a person opens. Raises `ConsoleRefused` and `NoAnswer`.

    `key` is a UUID of ours: told again with the same one, as after an answer that was lost, it is the same execution.
    """
    body = {"journal": journal, "id": key}
    answer = _checked(console, console.call("POST", _executions(console, experiment), body))
    if not answer.get("id"):
        raise ConsoleRefused(f"{console.name} did not say which execution this is", answer.status)
    return str(answer.get("id")), page_of(answer)


def update(console: Console, experiment: str, execution: str, journal: Mapping[str, Any]) -> str:
    """Replace an execution's journal; its page. Raises `ConsoleRefused` and `NoAnswer`."""
    path = _execution(console, experiment, execution)
    return page_of(_checked(console, console.call("PUT", path, {"journal": journal})))


def is_known(console: Console, experiment: str, execution: str) -> bool:
    """Whether the console knows an execution. Raises `ConsoleRefused` and `NoAnswer`."""
    answer = console.call("GET", _execution(console, experiment, execution))
    return answer.status != 404 and bool(_checked(console, answer))


def tell_event(console: Console, experiment: str, execution: str, event: Mapping[str, Any]) -> None:
    """Tell of something that happened in an execution. Raises `ConsoleRefused` and `NoAnswer`."""
    path = f"{_execution(console, experiment, execution)}/events"
    _checked(console, console.call("POST", path, event, media=EVENT))


def policies(console: Console, experiment: str, execution: str) -> list[str] | None:
    """The names of the safeguards that forbid this execution; None when it is allowed."""
    answer = _checked(console, console.call("GET", f"{_execution(console, experiment, execution)}/policies"))
    if answer.get("allowed") is not False:
        return None
    rows = answer.get("policies")
    return [str(row.get("name")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def event(kind: str, context: Any, state: Any, now: float) -> dict[str, Any]:
    """A CloudEvents 1.0 event; `now` is seconds since the epoch."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": SOURCE,
        "type": kind,
        "datacontenttype": "application/json",
        "time": datetime.fromtimestamp(now, UTC).isoformat(),
        "data": json.dumps(plain({"context": context, "state": state}), default=str),
    }


def named(experiment: dict[str, Any], team: str) -> None:
    """Give an experiment that has neither an id nor an address an id: always the same for a title in a team.

    Otherwise each of its executions would be one of another experiment.
    """
    block = block_in(experiment)
    if block.get("experiment_id") or block.get("source"):
        return
    found = str(uuid.uuid5(OURS, f"{team}\n{experiment.get('title')}"))
    if block:
        block["experiment_id"] = found
    else:
        extensions = experiment.get("extensions")
        others = extensions if isinstance(extensions, list) else []
        experiment["extensions"] = [*others, {"name": NAME, "experiment_id": found}]


def page_of(answer: Response) -> str:
    """The page that a person opens, from an answer's Content-Location; empty where that names none but the API."""
    location = answer.headers.get("content-location", "")
    return "" if "/api/v1/" in location else location.replace("/api/", "/", 1)


def _executions(console: Console, experiment: str) -> str:
    return f"{console.where.base}/experiments/{segment(experiment)}/executions"


def _execution(console: Console, experiment: str, execution: str) -> str:
    return f"{_executions(console, experiment)}/{segment(execution)}"


def _checked(console: Console, answer: Response) -> Response:
    if is_passing(answer.status):
        raise Passing(console.refusal(answer), answer.headers.get("retry-after"))
    return console.checked(answer)
