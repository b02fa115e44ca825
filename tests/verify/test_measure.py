"""Measuring: every probe judged by its own value only, and what is kept of it."""

import random
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.clock import SystemClock
from rtk.verify.crew import InFlight, Sample
from rtk.verify.measure import OUTPUT_BYTES, Measurer, is_tolerated, kept, number_in, run_of
from rtk.verify.schedule import Grid
from rtk.verify.toolkit import Toolkit
from tests.targets import odd
from tests.verify.world import experiment

HERE = "tests.verify.test_measure"
local = threading.local()


def drawn() -> float:
    """A probe: a value that its thread remembers."""
    local.value = random.random()
    return float(local.value)


def is_own(value: float) -> bool:
    """A tolerance that is met by the value of its own thread's probe, and by no other."""
    return bool(value == local.value)


def is_low(value: float) -> bool:
    return value < 0.5


def gives(value: Any = None, kind: str = "", error: str = "") -> Any:
    """A probe that gives what it is told to."""
    if error:
        raise KeyError(error)
    return odd(kind) if kind else value


def gives_status_code(value: int) -> int:
    return value


def raises(value: Any) -> bool:
    raise ZeroDivisionError("no way to tell")


def python(func: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "python", "module": HERE, "func": func, "arguments": arguments}


STATUS_IN_RANGE = {"type": "python", "module": "chaoscloud.tolerances.http", "func": "status_in_range"}


def judged_by(func: str) -> dict[str, Any]:
    return {"type": "probe", "name": func, "provider": {"type": "python", "module": HERE, "func": func}}


def probe(provider: dict[str, Any], tolerance: Any, name: str = "probe") -> dict[str, Any]:
    return {"type": "probe", "name": name, "provider": provider, "tolerance": tolerance}


def measurer(*probes: dict[str, Any], charted: int = 0, **more: Any) -> Measurer:
    toolkit = Toolkit(experiment(probes=list(probes), **more), {})
    return Measurer(toolkit, SystemClock(), [30.0] * len(probes), charted)


def measured(*probes: dict[str, Any], **more: Any) -> Sample:
    return measurer(*probes, **more)(InFlight(Grid("conditions", 0.0, 1.0, 1), 0, 0.0))


def in_threads(work: Any, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_in_32_threads_each_of_10_000_values_is_judged_by_itself() -> None:
    tolerance, wrong = judged_by("is_low"), list[float]()

    def work() -> None:
        for _ in range(313):
            value = random.random()
            if is_tolerated(tolerance, value, {}, {}) is not (value < 0.5):
                wrong.append(value)

    in_threads(work, 32)
    assert wrong == []


def test_in_32_threads_each_measurement_is_judged_by_its_own_probe() -> None:
    measure = measurer(probe(python("drawn"), judged_by("is_own")))
    samples: list[Sample] = []

    def work() -> None:
        samples.extend(measure(InFlight(Grid("conditions", 0.0, 1.0, 1), 0, 0.0)) for _ in range(64))

    in_threads(work, 32)
    assert len(samples) == 2048
    assert {sample.outcome for sample in samples} == {"met"}
    assert len({sample.value for sample in samples}) == 2048


@pytest.mark.parametrize(
    ("tolerance", "value", "met"),
    [
        (1.5, 1.5, True),
        (1.5, 1.6, False),
        ("${good}", "fine", True),
        ("${good}", "bad", False),
        ("fine", "fine", True),
        (True, True, True),
        (True, False, False),
        (200, {"status": 200}, True),
        (200, {"status": 500}, False),
        ([200, 201], {"status": 201}, True),
        ([1, 5], 5, True),
        ({"type": "range", "range": [1, 5]}, 5, True),
        ({"type": "range", "range": [1, 5]}, 5.1, False),
        ({"type": "range", "range": [1, 5], "target": "status"}, {"status": 4}, True),
        ({"type": "regex", "pattern": "^a+$"}, "aaa", True),
        ({"type": "regex", "pattern": "^a+$"}, "aab", False),
        ({"type": "regex", "pattern": "ok", "target": "stdout"}, {"stdout": "it is ok", "status": 0}, True),
        ({"type": "regex", "pattern": "ok", "target": "stdout"}, {"stdout": "no", "status": 0}, False),
        ({"type": "probe", "name": "x", "provider": {"type": "python", "module": HERE, "func": "is_low"}}, 0.2, True),
    ],
)
def test_tolerances_mean_what_they_mean_to_the_chaos_toolkit(tolerance: Any, value: Any, met: bool) -> None:
    assert is_tolerated(tolerance, value, {"good": "fine"}, {}) is met


def test_judging_leaves_the_tolerance_as_it_was() -> None:
    tolerance = judged_by("is_low")
    is_tolerated(tolerance, 0.1, {}, {})
    assert tolerance == judged_by("is_low")


@pytest.mark.parametrize("func", ["raises", "absent"])
def test_a_tolerance_that_cannot_judge_is_not_met(func: str) -> None:
    sample = measured(probe(python("gives", value=1), judged_by(func)))
    assert (sample.outcome, sample.value) == ("deviated", 1.0)
    assert str(sample.reason).startswith("probe: ")


@pytest.mark.parametrize("error", ["gone", "with\nlines"])
def test_a_probe_that_raises_anything_is_deviated_in_one_line(error: str) -> None:
    sample = measured(probe(python("gives", error=error), 1))
    assert sample.outcome == "deviated"
    assert "\n" not in str(sample.reason)
    assert sample.probes[0]["status"] == "failed"


def test_a_probe_that_leaves_the_interpreter_is_deviated() -> None:
    leaving = {"type": "python", "module": "tests.targets", "func": "leave"}
    assert measured(probe(leaving, 1)).outcome == "deviated"


def test_every_probe_is_measured_and_the_first_to_deviate_is_the_reason() -> None:
    probes = [
        probe(python("gives", value=1), 1, "first"),
        probe(python("gives", value=2), 3, "second"),
        probe(python("gives", value=4), 5, "third"),
    ]
    sample = measured(*probes, charted=2)
    assert [run["tolerance_met"] for run in sample.probes] == [True, False, False]
    assert sample.reason == "second: outside its tolerance"
    assert sample.value == 4.0


def test_a_process_and_its_status_are_measured() -> None:
    say = {"type": "process", "path": "echo", "arguments": ["hello"]}
    sample = measured(probe(say, {"type": "regex", "pattern": "hello", "target": "stdout"}))
    assert (sample.outcome, sample.value) == ("met", None)
    assert sample.probes[0]["output"]["stdout"] == "hello\n"


@pytest.mark.parametrize(
    ("provider", "tolerance"),
    [
        (python("gives_status_code", value=503), 503),
        (python("gives_status_code", value=503), [200, 599]),
        (python("gives", value=503), {"type": "probe", "name": "t", "provider": STATUS_IN_RANGE}),
        ({"type": "process", "path": "false"}, {"type": "range", "range": [0, 2], "target": "status"}),
    ],
)
def test_a_status_and_an_exit_code_are_no_quantities(provider: dict[str, Any], tolerance: Any) -> None:
    assert measured(probe(provider, tolerance)).value is None


@pytest.mark.parametrize("kind", ["nan", "bytes", "set"])
def test_a_value_that_is_no_number_is_outside_a_range(kind: str) -> None:
    sample = measured(probe(python("gives", kind=kind), {"type": "range", "range": [0, 1]}))
    assert (sample.outcome, sample.value) == ("deviated", None)
    assert kind != "nan" or "outside its tolerance" in str(sample.reason)


@pytest.mark.parametrize(
    ("output", "tolerance", "number"),
    [
        (3, 1, 3.0),
        (2.5, 1, 2.5),
        (True, True, None),
        ("7", "7", None),
        (None, 1, None),
        (float("nan"), 1, None),
        (float("inf"), 1, None),
        ({"ms": 12.5}, {"type": "range", "target": "ms"}, 12.5),
        ({"ms": 12.5}, {"type": "range", "target": "other"}, None),
        ({"ms": 12.5}, 1, None),
    ],
)
def test_the_number_of_an_output_is_itself_or_the_target_in_it(output: Any, tolerance: Any, number: Any) -> None:
    assert number_in(output, tolerance) == number


@pytest.mark.parametrize("output", [None, True, 3, 2.5, "short", {"a": [1, 2]}, [1, "two"]])
def test_a_short_output_is_kept_as_it_is(output: Any) -> None:
    assert kept(output) == (output, False)


@given(st.text(max_size=3 * OUTPUT_BYTES) | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_no_more_than_4_kib_are_kept_of_a_text(output: Any) -> None:
    what, cut = kept(output)
    assert len(repr(what)) <= 2 * OUTPUT_BYTES + 2 or not isinstance(what, dict)
    if isinstance(what, str):
        assert len(what) <= OUTPUT_BYTES
    assert cut or what == output


def test_a_long_output_says_that_it_was_cut() -> None:
    sample = measured(probe(python("gives", value="x" * 5000), "x" * 5000))
    assert sample.outcome == "met", "judged by the whole"
    assert (len(sample.probes[0]["output"]), sample.probes[0]["output_cut"]) == (4096, True)
    long = kept({"body": "y" * 9000, "status": 200})
    assert long == ({"body": "y" * 4096, "status": 200}, True)


def test_a_probe_in_the_journal_has_the_keys_of_the_specification() -> None:
    sample = measured(probe(python("gives", error="gone"), 1))
    run = run_of(sample.probes[0], probe(python("gives"), 1))
    assert {"activity", "output", "start", "end", "status", "duration", "tolerance_met"} <= run.keys()
    assert run["exception"][0].endswith("\n")
    assert run["start"].endswith("+00:00")


def test_secrets_do_not_get_into_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "hush-hush")
    refusing = {"type": "python", "module": "tests.targets", "func": "refuse", "arguments": {"name": "A_TOKEN"}}
    secrets = {"all": {"token": {"type": "env", "key": "A_TOKEN"}}}
    sample = measured(probe(refusing, 1), secrets=secrets)
    assert "denied for *****" in str(sample.reason)
