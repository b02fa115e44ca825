"""What the options of `chaos verify` say of the plan."""

from rtk.cli.verify_options import Options


def test_options_that_were_not_given_say_nothing() -> None:
    asked = Options().overrides()
    assert (asked.require_baseline, asked.decided, asked.target) == (False, False, None)


def test_options_that_were_given_go_into_the_plan() -> None:
    asked = Options(require_baseline=True, stop_when="decided", target=0.9, every=1.0).overrides()
    assert (asked.require_baseline, asked.decided, asked.target, asked.every_s) == (True, True, 0.9, 1.0)
