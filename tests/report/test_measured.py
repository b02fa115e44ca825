from rtk.report.measured import measured, met_when
from tests.report.samples import HOSTILE

HTTP = {"type": "http", "url": "http://shop.example"}


def test_a_probe_is_told_by_its_name_and_when_it_is_met() -> None:
    assert measured({"name": "up", "provider": HTTP, "tolerance": 200}) == "up, met when the status is 200"
    assert measured({"tolerance": 1}) == "a probe without a name, met when it is 1"


def test_names_and_values_of_a_file_stay_on_their_line() -> None:
    told = measured({"name": HOSTILE, "tolerance": HOSTILE})
    assert "\n" not in told
    assert "\x1b" not in told
    assert len(met_when({"tolerance": "x" * 10_000})) < 400
