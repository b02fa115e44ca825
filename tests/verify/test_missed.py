"""Why slots are missed: a code for programs, a sentence for people."""

import string
from typing import Any

import pytest

from rtk.insight.facts import CUT_OFF, MeasurementSeries, MissedReason, SlotMeasurement, missed_reason
from rtk.verify.missed import _SENTENCES, sentence


def details_of(reason: MissedReason) -> dict[str, Any]:
    fields = {name for _, name, _, _ in string.Formatter().parse(_SENTENCES[reason]) if name}
    return dict.fromkeys(fields, "something")


@pytest.mark.parametrize("reason", list(MissedReason))
def test_every_reason_has_its_sentence(reason: MissedReason) -> None:
    told = sentence(reason, **details_of(reason))
    assert told
    assert not {"{", "}"} & set(told)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("no slot free: 2 measurements were under way", MissedReason.NO_SLOT_FREE),
        ("the measurer was 3.0 s late: its machine was paused or overloaded", MissedReason.LATE),
        ("stopped: 3 measurements deviated in a row", MissedReason.STOPPED),
        ("interrupted by SIGINT", MissedReason.INTERRUPTED),
        ("a control failed with ValueError: no", MissedReason.CONTROL_FAILED),
        ("something else", None),
        (None, None),
    ],
)
def test_a_record_without_codes_is_read_by_its_sentences(told: str | None, reason: MissedReason | None) -> None:
    assert missed_reason(None, told) is reason


def test_a_code_goes_before_the_sentence_and_an_unknown_one_does_not_count() -> None:
    assert missed_reason("paused", "stopped: enough") is MissedReason.PAUSED
    assert missed_reason("of-tomorrow", "stopped: enough") is MissedReason.STOPPED


def test_measurements_keep_the_code_of_missed_slots_alone() -> None:
    missed = SlotMeasurement("conditions", 0, 0.0, None, None, "missed", None, "why", MissedReason.NO_MEMORY)
    deviated = SlotMeasurement("conditions", 1, 1.0, 1.0, 2.0, "deviated", None, "stopped answering")
    kept = MeasurementSeries([missed, deviated])
    assert [m.code for m in kept] == [MissedReason.NO_MEMORY, None]
    assert kept[0] == missed


def test_what_a_stop_cuts_off_is_told_from_what_the_measurer_could_not_do() -> None:
    assert MissedReason.STOPPED in CUT_OFF
    assert MissedReason.PAUSED not in CUT_OFF
