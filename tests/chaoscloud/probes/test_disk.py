"""Free space is a share of the whole in per cent, and what cannot be read is one sentence."""

import shutil
from pathlib import Path

import pytest
from chaoslib.exceptions import ActivityFailed
from chaoslib.hypothesis import run_steady_state_hypothesis
from chaoslib.run import EventHandlerRegistry

from chaoscloud.probes.disk import read_free_space
from tests.chaoscloud.test_documents import example, experiment


def of_size(monkeypatch: pytest.MonkeyPatch, total: int, free: int) -> None:
    found = shutil.disk_usage("/")._replace(total=total, free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: found)


def test_free_space_is_a_share_of_the_whole_in_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    of_size(monkeypatch, total=400, free=30)
    assert read_free_space("/") == 7.5


def test_free_space_of_a_real_file_system_is_between_0_and_100(tmp_path: Path) -> None:
    assert 0 <= read_free_space(str(tmp_path)) <= 100


@pytest.mark.parametrize(("free", "met"), [(100, True), (40, True), (39, False)])
def test_the_example_is_met_from_10_per_cent_on(monkeypatch: pytest.MonkeyPatch, free: int, met: bool) -> None:
    of_size(monkeypatch, total=400, free=free)
    document = experiment(example(read_free_space))
    state = run_steady_state_hypothesis(document, {}, {}, None, EventHandlerRegistry())
    assert bool(state["steady_state_met"]) is met


@pytest.mark.parametrize("path", ["/nowhere", "a\0b", None])
def test_a_path_that_cannot_be_read_is_one_sentence(path: str) -> None:
    with pytest.raises(ActivityFailed) as failed:
        read_free_space(path)
    assert str(failed.value).startswith("The free space of ")
    assert str(failed.value).endswith(".")


def test_a_file_system_without_a_size_has_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    of_size(monkeypatch, total=0, free=0)
    with pytest.raises(ActivityFailed, match="has no size"):
        read_free_space("/proc")
