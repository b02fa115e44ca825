"""Why a run ended before its time, told from its cause."""

import pytest

from rtk.insight.stops import StopCause, Stopping, stopping_of


@pytest.mark.parametrize("cause", StopCause)
def test_every_cause_makes_a_sentence_with_what_is_particular(cause: StopCause) -> None:
    stop = Stopping(cause, "SIGINT")
    assert stop.sentence.endswith("SIGINT")
    assert stop.prose.startswith("The run was interrupted" if cause.interrupts else "The run was stopped early (")


def test_a_cause_that_is_not_known_yet_keeps_its_words() -> None:
    assert stopping_of("a-later-cause", "the moon was full") == Stopping(StopCause.OTHER, "the moon was full")
    assert stopping_of(None, "interrupted by SIGINT") == Stopping(StopCause.OTHER, "interrupted by SIGINT")
    assert stopping_of("signal", "SIGTERM") == Stopping(StopCause.SIGNAL, "SIGTERM")
    assert stopping_of("signal", None) is None


@pytest.mark.parametrize("cause", StopCause)
def test_only_a_stop_on_the_console_is_from_there(cause: StopCause) -> None:
    stop = Stopping(cause, "SIGINT")
    for told in (stop.sentence, stop.prose):
        assert ("from the console" in told) is (cause is StopCause.CONSOLE)
