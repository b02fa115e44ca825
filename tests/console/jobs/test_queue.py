"""The kinds of work."""

from rtk.console.jobs.queue import Queue, Work


def test_what_takes_long_has_a_queue_of_its_own() -> None:
    assert {each for each in Work if each.queue == Queue.RUNS} == {Work.COMPUTE, Work.RETAIN, Work.PRUNE}
    assert Queue.RUNS.at_once == 1


def test_only_jobs_of_a_recipient_wait_for_each_other() -> None:
    assert [each for each in Work if each.one_at_a_time] == [Work.TELL]
