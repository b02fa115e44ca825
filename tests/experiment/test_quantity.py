import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.experiment.quantity import in_file, seconds, share, written
from tests.experiment.samples import JSON_VALUES, refusal_of


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10s", 10.0),
        ("5m", 300.0),
        ("1h", 3600.0),
        ("1d", 86400.0),
        ("2w", 1209600.0),
        ("500ms", 0.5),
        ("1m30s", 90.0),
        ("1h 30m", 5400.0),
        ("0.1s", 0.1),
        ("0.1", 0.1),
        ("1e3", 1000.0),
        (7, 7.0),
        (0.25, 0.25),
    ],
)
def test_a_duration_is_read_exactly(written: object, expected: float) -> None:
    assert seconds(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "s",
        "-5s",
        "10x",
        "5 parsecs",
        "nan",
        "inf",
        "1e999",
        "\u0661s",
        "9" * 400 + "w",
        -1,
        math.nan,
        math.inf,
        True,
        None,
        [],
        {},
        10**400,
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(BadInput, match=r"--every: expected a duration such as 10s"):
        seconds(written, "--every")


@pytest.mark.parametrize(("written", "expected"), [("95%", 0.95), ("0.95", 0.95), ("99.9 %", 0.999), (0.5, 0.5)])
def test_a_share_is_read_exactly(written: object, expected: float) -> None:
    assert share(written) == expected


@pytest.mark.parametrize("written", [0, 1, 1.5, "0", "1", "100%", "0%", -0.5, math.nan, math.inf, "x", "", None, True])
def test_a_share_outside_0_and_1_is_refused(written: object) -> None:
    with pytest.raises(BadInput, match="target: expected a share above 0 and below 1"):
        share(written, "target")


@pytest.mark.parametrize("written", ["95", 95, 95.0])
def test_a_percentage_without_its_sign_is_asked_about(written: object) -> None:
    with pytest.raises(BadInput, match=r"did you mean 95%\?"):
        share(written)


@pytest.mark.parametrize("written", ["101%", "150 %", "\uff19\uff15%"])
def test_who_wrote_per_cent_is_not_asked_about_it(written: str) -> None:
    with pytest.raises(BadInput, match=r"such as 95% or 0\.95, not \"[^\"]*\"$"):
        share(written)


@given(st.sampled_from([seconds, share]), JSON_VALUES | st.text())
def test_anything_is_a_number_in_range_or_bad_input(read: Callable[[object], float], value: object) -> None:
    if refusal_of(lambda: read(value)) is None:
        assert math.isfinite(read(value))
        assert read(value) >= 0


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0s"), (5, "5s"), (590, "9m50s"), (86400, "1d"), (0.25, "250ms"), (90061.5, "1d1h1m1s500ms"), (3600, "1h")],
)
def test_seconds_are_written_as_they_are_read(number: float, text: str) -> None:
    assert written(number) == text
    assert seconds(text) == number


def test_what_is_finer_than_a_millisecond_is_a_plain_number_of_seconds() -> None:
    assert written(0.0005) == "0.0005s"


@pytest.mark.parametrize(("number", "text"), [(10.0, "10"), (0.0, "0"), (7, "7"), (0.25, "0.25")])
def test_a_whole_number_stands_in_a_file_without_a_decimal_point(number: float, text: str) -> None:
    assert str(in_file(number)) == text
