"""The experiments the bench runs."""

from typing import Any

Experiment = dict[str, Any]


def timed(url: str, every: float, seconds: float, within_ms: float = 10_000, method_s: float = 0) -> Experiment:
    """`time_http_call` of an address; with `method_s` the method is a process that lasts so long."""
    probe = {
        "type": "probe",
        "name": "response-time",
        "provider": _python("chaoscloud.probes.http", "time_http_call", url=url, timeout=10),
        "tolerance": {
            "type": "probe",
            "name": "response-time-under",
            "provider": _python("chaoscloud.tolerances.http", "response_time_under", duration=within_ms),
        },
    }
    return _experiment(probe, every, seconds, [_sleep(method_s)] if method_s else [])


def trivial(every: float, seconds: float) -> Experiment:
    """A probe that costs next to nothing, so that what is left is the engine."""
    probe = {
        "type": "probe",
        "name": "leap-days",
        "provider": _python("calendar", "leapdays", y1=1970, y2=2026),
        "tolerance": {"type": "range", "range": [0, 100]},
    }
    return _experiment(probe, every, seconds, [])


def _experiment(probe: Experiment, every: float, seconds: float, method: list[Experiment]) -> Experiment:
    verification = {"frequency-of-measurement": every, "duration-of-conditions": seconds}
    return {
        "version": "1.0.0",
        "title": "The measurer is measured",
        "description": "An experiment of the bench.",
        "steady-state-hypothesis": {"title": "The target answers", "probes": [probe]},
        "method": method,
        "rollbacks": [],
        "extensions": [{"name": "chaosiq", "verification": verification}],
    }


def _python(module: str, func: str, **arguments: Any) -> Experiment:
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


def _sleep(seconds: float) -> Experiment:
    provider = {"type": "process", "path": "sleep", "arguments": str(seconds)}
    return {"type": "action", "name": "wait", "provider": provider}
