"""Exit codes: which one wins."""

from types import SimpleNamespace
from typing import Any

import pytest

from rtk.cli.ending import MEANINGS, exit_code
from rtk.insight.shape import Restoration


@pytest.mark.parametrize(
    ("verdict", "more", "code"),
    [
        ("pass", {}, 0),
        ("inconclusive", {}, 0),
        ("inconclusive", {"strict": True}, 3),
        ("pass", {"strict": True}, 0),
        ("fail", {}, 2),
        ("fail", {"strict": True}, 2),
        ("invalid", {}, 4),
        ("fail", {"unrecorded": True}, 1),
        ("invalid", {"unrecorded": True}, 4),
        ("fail", {"signum": 2}, 130),
        ("invalid", {"signum": 15}, 143),
        ("pass", {"restoration": Restoration.FAILED}, 5),
        ("pass", {"restoration": Restoration.NOT_PLAYED}, 0),
        ("invalid", {"restoration": Restoration.FAILED, "signum": 15, "unrecorded": True, "strict": True}, 5),
        (None, {"status": "failed"}, 1),
    ],
)
def test_the_gravest_ending_is_the_exit_code(verdict: str | None, more: dict[str, Any], code: int) -> None:
    insight: Any = SimpleNamespace(
        figures=SimpleNamespace(verdict=verdict),
        restoration=more.pop("restoration", Restoration.RESTORED),
        status=more.pop("status", "completed"),
    )
    assert exit_code(insight, **more) == code
    assert code in MEANINGS
