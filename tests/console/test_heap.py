"""Free memory is given back, and nothing happens where the C library cannot."""

import pytest

from rtk.console import heap


def test_free_memory_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(heap, "_TRIM", asked.append)
    heap.give_back()
    assert asked == [0]


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_TRIM", None)
    heap.give_back()


def test_the_library_of_this_machine_is_asked() -> None:
    assert heap._TRIM is None or callable(heap._TRIM)
