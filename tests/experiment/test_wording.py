"""An error about an unknown name ends with the names that are known."""

from rtk.experiment.wording import nearest


def test_an_unknown_name_is_compared_with_names_that_come_one_by_one() -> None:
    assert nearest("xyz", (each for each in ("b", "a"))) == "known here: a, b"
