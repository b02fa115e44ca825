"""What Prometheus' Alertmanager posts to a webhook, as the events that it tells of: one for each alert."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from rtk.console.store.outside import LONGEST, leads, refuse_crowd
from rtk.console.store.owned import NAME_LENGTH

TYPE, VERSION = "prometheus.alert", "4"  # of what Alertmanager posts


def is_from_alertmanager(body: Any) -> bool:
    """Whether a body is what it posts."""
    return isinstance(body, Mapping) and body.get("version") == VERSION and isinstance(body.get("alerts"), list)


def events(body: Mapping[str, Any]) -> list[Any]:
    """Its alerts as CloudEvents; an alert that has none of the form of one stays as it is, to be refused.

    Raises `Problem` for more of them than one call may tell.
    """
    refuse_crowd(len(body["alerts"]))
    source = body.get("externalURL")
    return [_event(alert, source if isinstance(source, str) and source else "alertmanager") for alert in body["alerts"]]


def _event(alert: Any, source: str) -> Any:
    if not isinstance(alert, Mapping):
        return alert
    labels, notes = _mapping(alert, "labels"), _mapping(alert, "annotations")
    name = _text(labels, "alertname") or "alert"
    url = alert.get("generatorURL")
    # An alert that fires again is another event: it is known by when it began.
    # Where no fingerprint comes along, labels tell alerts apart, as Prometheus itself does it.
    key = alert.get("fingerprint") or hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]
    data = {"title": _text(notes, "summary") or name, "tags": [name[:200]], "until": _until(alert)}
    return {
        "specversion": "1.0",
        "id": f"{key} {alert.get('startsAt')}",
        "source": source,
        "type": TYPE,
        "subject": name,
        "time": alert.get("startsAt"),
        "data": {**data, "url": url} if isinstance(url, str) and leads(url) else data,
    }


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def _text(values: Mapping[str, Any], key: str) -> str | None:
    value = values.get(key)
    return value[:NAME_LENGTH] if isinstance(value, str) and value.strip() else None


def _until(alert: Mapping[str, Any]) -> str | None:
    """When it was over; one that is firing has an end that is no end."""
    if alert.get("status") != "resolved":
        return None
    try:
        began, ended = (parse_datetime(str(alert.get(key))) for key in ("startsAt", "endsAt"))
        if began is None or ended is None or ended < began:
            return None
        return min(ended, began + LONGEST).isoformat()
    except (ValueError, TypeError, OverflowError):
        return None
