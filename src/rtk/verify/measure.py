"""Stage 3, measure: the hypothesis, every probe of it, judged by its own value only.

Only the probe itself stands between `started` and `ended`. Controls run in the measurement's own thread,
outside that span.
"""

import math
from array import array
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import InvalidOperation
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed, InterruptExecution

from rtk.clock import Clock
from rtk.experiment.criterion import is_code
from rtk.figures import duration
from rtk.verify.calls import Call, call_of
from rtk.verify.crew import InFlight, Sample
from rtk.verify.jsonpath import jsonpath_judge
from rtk.verify.provider import run_activity
from rtk.verify.redact import told
from rtk.verify.shortage import shortage_of
from rtk.verify.toolkit import Toolkit

OUTPUT_BYTES = 4096  # what is kept of a probe's output
Judge = Callable[[Any], bool]


class Measurer:
    """Measures the hypothesis once a call. `limits` are the probes' time limits in seconds, by position."""

    def __init__(
        self,
        toolkit: Toolkit,
        clock: Clock,
        limits: list[float],
        charted: int = 0,
        probes: list[dict[str, Any]] | None = None,
    ) -> None:
        """`probes` in place of the hypothesis' own, where something else is measured."""
        self._toolkit = toolkit
        self._clock = clock
        self._limits = limits
        self._charted = charted
        self.probes = toolkit.probes() if probes is None else probes
        self.controls_s = array("d")
        self._ready = [self._made_ready(probe) for probe in self.probes]
        self._is_quantity = [not is_code(probe) for probe in self.probes]  # a status has no median

    def __call__(self, one: InFlight) -> Sample:
        """One sample: deviated as soon as one probe deviates, and every probe is measured all the same."""
        began = self._clock.monotonic()
        with self._toolkit.controlled("hypothesis", self._toolkit.hypothesis) as state:
            for position, probe in enumerate(self.probes):
                one.probes.append(self._measured(position, probe, one))
            state(lambda: state_of(one.probes, self.probes))
        if self._toolkit.has_controls:
            self._toolkit.drop_added_probes()
            took = self._clock.monotonic() - began
            self.controls_s.append(took - sum(run["duration"] for run in one.probes))
        untolerated = [i for i, run in enumerate(one.probes) if not run["tolerance_met"]]
        deviated = [i for i in untolerated if "shortage" not in one.probes[i]]
        if untolerated and not deviated:
            # What the measurer lacked says nothing of the system, so there is no measurement.
            run = one.probes[untolerated[0]]
            return Sample.missed(run["shortage"], one.started, error=self._reason(run, untolerated[0]))
        value = one.probes[self._charted].pop("value") if one.probes else None
        for run in one.probes:
            run.pop("value", None)
        ended = one.probes[-1].pop("ended") if one.probes else one.started
        sample = Sample("met", one.started, ended, value, None, one.probes)
        if deviated:
            sample.outcome = "deviated"
            sample.reason = self._reason(one.probes[deviated[0]], deviated[0])
        return sample

    def cost_of_controls(self) -> str | None:
        """What the controls took of each measurement's thread, outside its timed span; None without controls."""
        if not self.controls_s:
            return None
        median, most = sorted(self.controls_s)[len(self.controls_s) // 2], max(self.controls_s)
        return f"controls took {duration(median)} a measurement (median), {duration(most)} at most, beside it"

    def _measured(self, position: int, probe: dict[str, Any], one: InFlight) -> dict[str, Any]:
        run: dict[str, Any] = {}
        with self._toolkit.controlled("activity", probe) as state:
            # A control may change configuration, secrets and arguments at any time; without one nothing does.
            call, judge = self._made_ready(probe) if self._toolkit.has_controls else self._ready[position]
            one.limit = self._limits[position]
            run["start"] = self._clock.now()
            began = self._clock.monotonic()
            one.deadline = began + one.limit
            if not one.probes:  # only here: what controls took before the first probe is no part of the measurement
                one.started = began
            try:
                found = {"status": "succeeded", "output": call()}
            except InterruptExecution:
                raise
            except BaseException as error:  # noqa: BLE001 - whatever an extension does, users were not served
                found = {"status": "failed", "output": None, "exception": _sentence(error)}
                if lacking := shortage_of(error):
                    found["shortage"] = lacking
            finally:
                self._toolkit.own.check()
            ended = self._clock.monotonic()
            run |= {"end": run["start"] + ended - began, "duration": ended - began, "ended": ended, **found}
            self._judge(probe, position, judge, run)
            one.deadline = math.inf  # what a control takes, before or after, is no time of the probe's
            state(lambda: run_of(run, probe))
        return run

    def _made_ready(self, probe: dict[str, Any]) -> tuple[Call, Judge]:
        given = (self._toolkit.configuration, self._toolkit.secrets)
        return call_of(probe, *given), judge_of(probe.get("tolerance"), *given)

    def _judge(self, probe: dict[str, Any], position: int, judge: Judge, run: dict[str, Any]) -> None:
        output = run["output"]
        run["tolerance_met"] = False
        if run["status"] == "succeeded":
            try:
                run["tolerance_met"] = judge(output)
            except BaseException as error:  # noqa: BLE001 - a value the tolerance cannot judge is not tolerated
                run["exception"] = f"the tolerance could not judge the output: {_sentence(error)}"
                if lacking := shortage_of(error):
                    run["shortage"] = lacking
            self._toolkit.own.check()
        # Judged as it is, for a tolerance may ask for a secret; redacted before a cut could leave half of one.
        output = self._toolkit.redact.within(output)
        run["value"] = number_in(output, probe.get("tolerance")) if self._is_quantity[position] else None
        run["output"], cut = kept(output)
        if cut:
            run["output_cut"] = True

    def _reason(self, run: Mapping[str, Any], position: int) -> str:
        name = self.probes[position]["name"]
        told = run.get("exception") or "outside its tolerance"
        return self._toolkit.redact(f"{name}: {told}")


def judge_of(tolerance: Any, configuration: dict[str, Any], secrets: dict[str, Any]) -> Judge:
    """What says whether a value is within a tolerance, made ready once.

    What cannot be made ready, such as a path that is none once it is filled in, is told of each value.
    """
    kind = tolerance.get("type") if isinstance(tolerance, dict) else None
    try:
        if kind == "jsonpath":
            return jsonpath_judge(tolerance, configuration, secrets)
        if kind == "probe" and tolerance["provider"].get("type") == "python":
            call = call_of(tolerance, configuration, secrets)
            return lambda value: bool(call(value=value))
    except Exception as error:  # noqa: BLE001 - whatever reading it raises
        unreadable = error  # the name `error` is gone once this block is left

        def refuse(_value: Any) -> bool:
            raise unreadable

        return refuse
    # Loaded by who judges only: an undo after a death does not wait for what reads the Chaos Toolkit's JSONPaths.
    from chaoslib.hypothesis import within_tolerance

    return lambda value: _is_within(within_tolerance, tolerance, value, configuration, secrets)


def is_tolerated(tolerance: Any, value: Any, configuration: dict[str, Any], secrets: dict[str, Any]) -> bool:
    """Whether the value is within the tolerance."""
    return judge_of(tolerance, configuration, secrets)(value)


def _is_within(
    within_tolerance: Callable[..., Any],
    tolerance: Any,
    value: Any,
    configuration: dict[str, Any],
    secrets: dict[str, Any],
) -> bool:
    """Whether it is, judged on a copy.

    The Chaos Toolkit writes the value into the tolerance it is given, so that measurements in other threads
    would be judged by each other's values.
    """
    if isinstance(tolerance, str):
        tolerance = substitute(tolerance, configuration, secrets)
    if isinstance(tolerance, float):  # the Chaos Toolkit has no rule for this type and answers None
        return bool(value == tolerance)
    if isinstance(tolerance, dict) and tolerance.get("type") == "probe":
        provider = tolerance["provider"]
        arguments = {**(provider.get("arguments") or {}), "value": value}
        probe = {**tolerance, "provider": {**provider, "arguments": arguments}}
        try:
            return bool(run_activity(probe, configuration, secrets))
        except ActivityFailed:
            return False
    try:
        return bool(within_tolerance(tolerance, value, configuration=configuration, secrets=secrets))
    except InvalidOperation:  # what is no number (NaN) lies in no range
        return False


def number_in(output: Any, tolerance: Any) -> float | None:
    """The numeric value of an output, for charts and statistics: itself, or the tolerance's target in it."""
    if isinstance(output, dict) and isinstance(tolerance, dict):
        output = output.get(tolerance.get("target"))
    if isinstance(output, bool) or not isinstance(output, int | float):
        return None
    try:
        value = float(output)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def kept(output: Any) -> tuple[Any, bool]:
    """What is kept of an output, and whether anything was cut: long texts to their first 4 KiB."""
    if output is None or isinstance(output, bool | int | float):
        return output, False
    if isinstance(output, str):
        return output[:OUTPUT_BYTES], len(output) > OUTPUT_BYTES
    text = told(output)
    if len(text) <= OUTPUT_BYTES:
        return output, False
    if isinstance(output, dict):  # an answer keeps its fields, such as the status, where only its body is too long
        items = {key: kept(value) for key, value in output.items()}
        whole = {key: value for key, (value, _) in items.items()}
        if len(told(whole)) <= 2 * OUTPUT_BYTES:
            return whole, True
    return text[:OUTPUT_BYTES], True


def run_of(run: Mapping[str, Any], probe: dict[str, Any]) -> dict[str, Any]:
    """A probe's entry of the record as the Chaos Toolkit's journal has it."""
    kept_keys = ("output", "status", "duration", "tolerance_met", "exception", "output_cut")
    times = {"start": isoformat(run["start"]), "end": isoformat(run["end"])}
    whole = {"activity": probe, **times, **{key: run[key] for key in kept_keys if key in run}}
    if "exception" in whole:
        whole["exception"] = [f"{whole['exception']}\n"]
    return whole


def state_of(runs: list[dict[str, Any]], probes: list[dict[str, Any]]) -> dict[str, Any]:
    """A measurement as a state of the journal's `steady_states`."""
    met = all(run["tolerance_met"] for run in runs)
    whole = [run_of(run, probe) for run, probe in zip(runs, probes, strict=False)]
    return {"steady_state_met": met, "probes": whole}


def isoformat(stamp: float) -> str:
    """A moment (seconds since the epoch) as the journal writes it."""
    return datetime.fromtimestamp(stamp, UTC).isoformat()


def _sentence(error: BaseException) -> str:
    text, name = " ".join(str(error).split()), type(error).__name__
    if isinstance(error, ActivityFailed) and text:
        return text
    return f"{name}: {text}" if text else name
