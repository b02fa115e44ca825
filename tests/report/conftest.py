import pytest

from tests.report.samples import SAMPLES, Run, a_run


@pytest.fixture(params=sorted(SAMPLES))
def run(request: pytest.FixtureRequest) -> Run:
    """Each sample run in turn, with its insight."""
    return a_run(request.param)
