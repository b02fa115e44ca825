"""What is missing for shaping traffic is said by who is asked for it. The programs that stand in are run for real."""

import subprocess
from pathlib import Path

import pytest

from rtk.lab import gaps, netlink
from rtk.lab.gaps import SENTENCES, Gap


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The programs of a machine: a tc and an iptables that fail at `bad`."""
    for name in ("tc", "iptables"):
        program = tmp_path / name
        program.write_text('#!/bin/sh\necho "real $*"\ncase $* in *bad*) exit 2 ;; esac\n', encoding="ascii")
        program.chmod(0o755)
    return tmp_path


def run(scripts: dict[str, str], place: Path, *words: str) -> tuple[int, str, str]:
    program = place / "stand-in"
    program.write_text(scripts[words[0]], encoding="ascii")
    program.chmod(0o755)
    said = subprocess.run([program, *words[1:]], capture_output=True, text=True, check=False, start_new_session=True)
    return said.returncode, said.stdout, said.stderr


def test_where_nothing_is_missing_nothing_stands_in(machine: Path) -> None:
    assert gaps.stand_ins(set(), str(machine)) == {}


@pytest.mark.parametrize(("name", "gap"), [("tc", Gap.TC), ("iptables", Gap.IPTABLES)])
def test_a_program_that_is_not_installed_is_named(machine: Path, name: str, gap: Gap) -> None:
    found = run(gaps.stand_ins({gap}, str(machine)), machine, name, "anything")
    assert found == (127, "", f"{SENTENCES[gap]}\n")


def test_without_netem_tc_fails_at_it_alone_saying_so(machine: Path) -> None:
    scripts = gaps.stand_ins({Gap.NETEM}, str(machine))
    assert run(scripts, machine, "tc", "qdisc", "show") == (0, "real qdisc show\n", "")
    assert run(scripts, machine, "tc", "bad", "tbf") == (2, "real bad tbf\n", "")
    said = run(scripts, machine, "tc", "qdisc", "bad", "netem")
    assert said == (2, "real qdisc bad netem\n", f"{SENTENCES[Gap.NETEM]}\n")


def test_without_tables_iptables_says_so_where_it_fails(machine: Path) -> None:
    scripts = gaps.stand_ins({Gap.TABLES}, str(machine))
    assert run(scripts, machine, "iptables", "--version") == (0, "real --version\n", "")
    said = run(scripts, machine, "iptables", "-L", "bad")
    assert said == (2, "real -L bad\n", f"{SENTENCES[Gap.TABLES]}\n")


def test_what_is_missing_twice_is_said_at_once(machine: Path) -> None:
    code, _, said = run(gaps.stand_ins({Gap.TC, Gap.NETEM}, str(machine)), machine, "tc")
    assert (code, said) == (127, f"{SENTENCES[Gap.TC]} {SENTENCES[Gap.NETEM]}\n")


def test_programs_are_looked_for_where_an_instance_would(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "has_netem", lambda _: True)
    monkeypatch.setattr(netlink, "has_tables", lambda: True)
    assert gaps.found(str(machine)) == set()
    (machine / "tc").unlink()
    assert gaps.found(str(machine)) == {Gap.TC}


def test_what_the_kernel_lacks_is_found(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "has_netem", lambda _: False)
    monkeypatch.setattr(netlink, "has_tables", lambda: False)
    monkeypatch.setattr(gaps, "_LEGACY", machine / "none")
    assert gaps.found(str(machine)) == {Gap.NETEM, Gap.TABLES}
    monkeypatch.setattr(gaps, "_LEGACY", machine / "tc")
    assert gaps.found(str(machine)) == {Gap.NETEM}


@pytest.mark.parametrize(
    ("name", "gap", "change", "look"),
    [
        ("tc", Gap.NETEM, "qdisc add dev eth0 root netem bad", "qdisc show bad netem"),
        ("tc", Gap.TC, "qdisc replace dev eth0 root netem delay 1s", "qdisc show"),
        ("iptables", Gap.IPTABLES, "-I INPUT -j DROP", "-L"),
        ("iptables", Gap.TABLES, "--append INPUT bad", "-L bad"),
    ],
)
def test_a_script_that_would_go_on_is_ended_where_it_asks_for_a_change(
    machine: Path, name: str, gap: Gap, change: str, look: str
) -> None:
    scripts = gaps.stand_ins({gap}, str(machine))
    for words, goes_on in ((look, True), (change, False)):
        script = f"{machine}/stand-in {words}; echo went on"
        run(scripts, machine, name)
        said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, start_new_session=True)
        assert (said.stdout.endswith("went on\n"), said.returncode == 0) == (goes_on, goes_on)
        assert SENTENCES[gap] in said.stderr
