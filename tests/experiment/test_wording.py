"""What sentences about a document say of names that it does not know."""

from rtk.experiment.wording import nearest


def test_an_unknown_name_is_compared_with_names_that_come_one_by_one() -> None:
    assert nearest("xyz", (each for each in ("b", "a"))) == "known here: a, b"
