"""Why a slot was missed: by its code, and of the first records by its sentence."""

import pytest

from rtk.insight.missed_reason import CUT_OFF, MissedReason, missed_reason

# As the first records had them.
SENTENCES = {
    "no slot free: 32 measurements were under way": MissedReason.NO_SLOT_FREE,
    "the measurer was 1.2 s late: its machine was overloaded": MissedReason.LATE,
    "stopped: 3 measurements deviated in a row": MissedReason.STOPPED,
    "interrupted by SIGINT": MissedReason.INTERRUPTED,
    "a control failed with ValueError: no": MissedReason.CONTROL_FAILED,
}


@pytest.mark.parametrize("reason", MissedReason)
def test_a_code_says_why_whatever_the_sentence_says(reason: MissedReason) -> None:
    assert missed_reason(reason, "stopped: not so") is reason


@pytest.mark.parametrize("sentence", SENTENCES)
def test_without_a_code_the_sentence_says_why(sentence: str) -> None:
    assert missed_reason(None, sentence) is SENTENCES[sentence]


@pytest.mark.parametrize("sentence", [None, "", "it took longer than 300 ms"])
def test_what_neither_tells_is_not_known(sentence: str | None) -> None:
    assert missed_reason(None, sentence) is missed_reason("later", sentence) is None


def test_what_a_stop_cut_off_is_no_fault_of_the_measurer() -> None:
    assert {MissedReason.STOPPED, MissedReason.INTERRUPTED} <= CUT_OFF
    assert MissedReason.LATE not in CUT_OFF
