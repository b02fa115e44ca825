"""`rtk plan`: how long to measure, from options alone, and one sentence for what makes no sense."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from rtk.cli.commands.plan import plan


def told(*words: str) -> Result:
    return CliRunner().invoke(plan, words)


def test_it_tells_what_a_target_takes() -> None:
    done = told("--target", "99%", "--outage-lasts", "30s")
    assert done.exit_code == 0
    assert done.stdout.startswith("To prove 99 %, measured every 5 s, nothing may deviate for 2 h 28 min ")


def test_json_has_the_same_figures_and_nothing_else() -> None:
    done = told("--target", "99%", "--outage-lasts", "30s", "--for", "15m", "--json")
    found = json.loads(done.stdout)
    assert (found["target"], found["frequency_s"], found["needed"]) == (0.99, 5.0, 1774)
    assert (found["plan"]["slots"], found["plan"]["can_pass"]) == (180, False)


@pytest.mark.parametrize(
    ("words", "every"),
    [
        ([], 5.0),
        (["--outage-lasts", "1s"], 1.0),
        (["--outage-lasts", "1s", "--every", "2s"], 2.0),
        (["--outage-lasts", "0.1ms"], 0.001),
    ],
)
def test_nobody_has_to_say_how_often(words: list[str], every: float) -> None:
    assert json.loads(told("--target", "95%", "--json", *words).stdout)["frequency_s"] == every


@pytest.mark.parametrize("target", ["0", "1", "0%", "100%", "120%", "-1%", "nan", "most"])
def test_a_target_that_is_no_share_is_refused(target: str) -> None:
    done = told("--target", target)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "--target" in done.stderr
    assert "expected a share above 0 and below 1 such as 95% or 0.95" in done.stderr


@pytest.mark.parametrize("option", ["--outage-lasts", "--every", "--for"])
@pytest.mark.parametrize("value", ["-5s", "-1", "soon", "nan", ""])
def test_a_duration_that_is_none_is_refused(option: str, value: str) -> None:
    done = told("--target", "95%", option, value)
    assert (done.exit_code, done.stdout) == (1, "")
    assert option in done.stderr
    assert "expected a duration such as 10s" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--every", "0"], "--every: expected seconds above 0 and at most 86400"),
        (["--every", "2d"], "--every: expected seconds above 0 and at most 86400"),
        (["--every", "0.1ms"], "--every: 0.0001 s is too often"),
        (["--for", "31d"], "--for: expected seconds from 0 to 2592000"),
        (["--outage-lasts", "0"], "--outage-lasts: expected how long an outage lasts, above 0"),
        (["--outage-lasts", "31d"], "--outage-lasts: expected how long an outage lasts, above 0 and at most 30 days"),
        (["--every", "1ms", "--for", "30d"], "--every: every 1 ms makes 2,592,000,000 measurements"),
    ],
)
def test_what_no_verification_could_be_is_refused_in_its_words(words: list[str], sentence: str) -> None:
    done = told("--target", "95%", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_target_has_to_be_given() -> None:
    done = told()
    assert done.exit_code == 1
    assert "Missing option '--target'" in done.stderr


def test_what_computes_is_imported_only_to_compute() -> None:
    asked = "import sys, rtk.cli.commands.plan; print([each for each in sys.modules if 'rtk.insight.' in each])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
