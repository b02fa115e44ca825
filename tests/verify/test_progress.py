import threading

from rtk.verify.progress import RECENT, Progress


def a_progress(deviated: int = 0, spent_per_deviation: float | None = None) -> Progress:
    return Progress(now=lambda: 107.5, started=100.0, deviated=deviated, spent_per_deviation=spent_per_deviation)


def test_counts_and_recent_values_follow_the_outcomes() -> None:
    progress = a_progress()
    progress.measured("met", 12.0)
    progress.measured("deviated", None)
    progress.measured("missed")
    assert (progress.met, progress.deviated, progress.missed) == (1, 1, 1)
    assert progress.last_values() == [(12.0, "met"), (None, "deviated"), (None, "missed")]


def test_only_the_last_values_and_events_are_kept() -> None:
    progress = a_progress()
    for number in range(1000):
        progress.measured("met", float(number))
        progress.event(str(number))
    assert len(progress.last_values()) == RECENT
    assert progress.last_values()[-1] == (999.0, "met")
    assert [text for _, text in progress.last_events()] == ["994", "995", "996", "997", "998", "999"]


def test_an_event_is_stamped_in_seconds_since_the_start() -> None:
    progress = a_progress()
    progress.event("inject-cpu started")
    assert progress.last_events() == [(7.5, "inject-cpu started")]


def test_a_phase_begins_now() -> None:
    progress = a_progress()
    progress.begin("conditions", ends=200.0)
    assert (progress.phase, progress.phase_started, progress.phase_ends) == ("conditions", 107.5, 200.0)


def test_budget_spent_is_unknown_without_a_budget() -> None:
    assert a_progress(deviated=3).budget_spent is None
    assert a_progress(deviated=3, spent_per_deviation=0.01).budget_spent == 0.03


def test_no_count_is_lost_between_threads() -> None:
    progress = a_progress()

    def measure() -> None:
        for _ in range(500):
            progress.measured("met")

    threads = [threading.Thread(target=measure) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert progress.met == 4000
