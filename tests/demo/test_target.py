"""The demonstration's service: every answer is right, and costs the processor something."""

import time
import urllib.request

from rtk.demo import target
from rtk.demo.__main__ import target as serving


def test_it_answers_at_the_address_it_says() -> None:
    with serving() as url, urllib.request.urlopen(url, timeout=30) as answer:
        assert (answer.status, answer.read()) == (200, b"ok\n")


def test_an_answer_costs_so_much_time_of_the_processor() -> None:
    before = time.thread_time()
    target._work(0.02)
    assert 0.02 <= time.thread_time() - before < 0.2
