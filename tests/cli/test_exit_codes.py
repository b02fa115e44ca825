"""Exit codes: which one wins."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from rtk.cli.exit_codes import MEANINGS, exit_code
from rtk.insight.occurrence import Allowance, Occurrence
from rtk.insight.occurs import Occurs
from rtk.insight.shape import Restoration

LENIENT = Occurs(2, 86_400.0)
BEYOND = Occurrence(replace(LENIENT, strict=True), Allowance.BEYOND, None, cost_s=21.0, spent=1.5)


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
        ("fail", {"status": "aborted", "measured": (0, 3)}, 2),
        (None, {"status": "aborted", "measured": (2, 2)}, 0),
        (None, {"status": "aborted", "measured": (3, 0)}, 0),
        (None, {"status": "interrupted", "measured": (1, 0)}, 0),
        (None, {"status": "interrupted", "measured": (0, 0)}, 1),
        (None, {"status": "aborted", "measured": (0, 0)}, 1),
        (None, {"status": "aborted", "measured": (0, 0), "refused": True}, 6),
        (None, {"status": "interrupted", "measured": (0, 0), "refused": True, "unrecorded": True}, 1),
        (None, {"status": "interrupted", "measured": (0, 0), "refused": True, "signum": 2}, 130),
        (None, {"status": "completed", "measured": (0, 0)}, 0),
        (None, {"status": "completed", "strict": True}, 3),
        (None, {"status": "zombie", "measured": (0, 0)}, 0),
        ("pass", {"occurrence": BEYOND}, 2),
        ("inconclusive", {"occurrence": BEYOND, "strict": True}, 2),
        ("fail", {"occurrence": BEYOND}, 2),
        ("invalid", {"occurrence": BEYOND}, 4),
        ("pass", {"occurrence": BEYOND, "unrecorded": True}, 1),
        ("pass", {"occurrence": BEYOND, "signum": 2}, 130),
        ("pass", {"occurrence": replace(BEYOND, occurs=LENIENT)}, 0),
        ("pass", {"occurrence": replace(BEYOND, answer=Allowance.WITHIN)}, 0),
        ("pass", {"occurrence": replace(BEYOND, answer=Allowance.UNKNOWN)}, 0),
    ],
)
def test_the_gravest_ending_is_the_exit_code(verdict: str | None, more: dict[str, Any], code: int) -> None:
    measured = more.pop("measured", (1, 1))
    insight: Any = SimpleNamespace(
        figures=SimpleNamespace(verdict=verdict, met=measured[0], deviated=measured[1]),
        restoration=more.pop("restoration", Restoration.RESTORED),
        status=more.pop("status", "completed"),
        occurrence=more.pop("occurrence", None),
    )
    assert exit_code(insight, **more) == code
    assert code in MEANINGS
