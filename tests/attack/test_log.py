"""Nobody fills the disk by what the console logs of requests that it does not understand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rtk.console.place import DataDirectory
from tests import clusters
from tests.console.commands import Rtk, get, url_in
from tests.console.conftest import place

LONG = "x" * 30_000
MANY, MOST_BYTES = 100, 2 * 60 * 2_500  # so many requests of both kinds wrote 6 MB


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Path]]:
    """Where a console is, and its log."""
    with place() as directory:
        data = Path(directory) / "data"
        clusters.give(data)
        rtk = Rtk(data)
        url = url_in(rtk.run("up", "--detach", "--port", 0).stdout)
        yield url, DataDirectory(data).log
        assert rtk.run("down").returncode == 0


def test_no_flood_of_requests_fills_the_log(served: tuple[str, Path]) -> None:
    url, log = served
    for _ in range(MANY):
        assert get(f"{url}/static/{LONG}")[0] == 404
        assert get(f"{url}/", Host=LONG)[0] == 400
    assert 0 < log.stat().st_size < MOST_BYTES
