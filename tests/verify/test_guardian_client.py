"""A run that makes no progress is found out by its own heartbeats."""

from rtk.verify.guardian_client import STUCK_BEATS, Stuck


def test_a_run_is_stuck_after_sixty_beats_without_progress_within_a_phase() -> None:
    stuck = Stuck()
    assert not any(stuck.beat(None) for _ in range(500)), "nothing is expected between phases"
    assert not any(stuck.beat(pulse) for pulse in range(500)), "it moves"
    beats = [stuck.beat(7) for _ in range(STUCK_BEATS + 1)]
    assert beats == [False] * STUCK_BEATS + [True]
