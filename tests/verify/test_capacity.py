"""As many measurements at once as this process can hold, and its limit of descriptors raised to that."""

import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.verify.capacity import MARGIN, held_at_once

PROCESS = {"provider": {"type": "process", "path": "true"}}
HTTP = {"provider": {"type": "http", "url": "http://service"}}
DOCUMENT = {"extensions": [{"name": "other"}, {"name": "chaosiq", "verification": {"max-in-flight": 500}}]}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[int, int]]]:
    """The limits of descriptors as this process sees them: soft, hard."""
    held = {"now": (1024, 4096)}

    def set_limit(_: int, new: tuple[int, int]) -> None:
        assert new[0] <= new[1] == held["now"][1]
        held["now"] = new

    monkeypatch.setattr(resource, "getrlimit", lambda _: held["now"])
    monkeypatch.setattr(resource, "setrlimit", set_limit)
    return held  # type: ignore[return-value]


def test_a_limit_that_is_enough_is_left_alone(limits: dict[str, tuple[int, int]]) -> None:
    assert held_at_once(32, False, [PROCESS], {}) == 32
    assert limits["now"] == (1024, 4096)


def test_the_soft_limit_is_raised_to_what_the_plan_needs_and_no_further(limits: dict[str, tuple[int, int]]) -> None:
    assert held_at_once(300, False, [PROCESS], {}) == 300
    soft, hard = limits["now"]
    assert 300 * 8 + MARGIN < soft < 300 * 8 + MARGIN + 200
    assert hard == 4096


def test_a_default_that_cannot_be_held_is_lowered_and_said(
    limits: dict[str, tuple[int, int]], caplog: pytest.LogCaptureFixture
) -> None:
    held = held_at_once(1000, False, [PROCESS], {})
    assert 400 < held < 500
    assert limits["now"] == (4096, 4096)
    assert f"At most {held} measurements will be under way at once" in caplog.text


def test_what_the_file_says_and_cannot_be_held_is_refused_where_it_says_so(limits: Any) -> None:
    with pytest.raises(BadInput) as refused:
        held_at_once(500, True, [PROCESS, HTTP], DOCUMENT)
    told = str(refused.value)
    assert told.startswith("extensions[1].verification.max-in-flight: 500 measurements under way at once may need 6,")
    assert re.search(r"expected at most \d\d\d, or a higher limit", told)
    possible = re.search(r"at most (\d+)", told)
    assert possible
    assert held_at_once(int(possible[1]), True, [PROCESS, HTTP], DOCUMENT) == int(possible[1])


def test_every_probe_of_the_hypothesis_needs_its_own(limits: Any) -> None:
    assert held_at_once(1000, False, [PROCESS, PROCESS], {}) < held_at_once(1000, False, [PROCESS], {})


def test_one_measurement_is_always_possible(limits: dict[str, tuple[int, int]]) -> None:
    limits["now"] = (40, 40)
    assert held_at_once(32, False, [PROCESS], {}) == 1


def test_a_limit_without_end_holds_all(limits: dict[str, tuple[int, int]]) -> None:
    limits["now"] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert held_at_once(1000, True, [PROCESS], {}) == 1000


def test_a_system_that_does_not_let_it_be_raised_holds_what_it_has(
    limits: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert held_at_once(1000, False, [PROCESS], {}) < 128
    assert "may open only 1,024" in caplog.text


REAL = """
import resource
from rtk.verify.capacity import held_at_once
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
print(held_at_once(100, False, [{"provider": {"type": "process"}}], {}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_a_real_process_raises_its_own_limit() -> None:
    told = subprocess.run([sys.executable, "-c", REAL], capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == "100"
    assert 900 < int(told[1]) < 1200
