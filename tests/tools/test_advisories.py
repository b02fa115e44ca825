"""Whether an advisory names a pin: as the schema of OSV says, from every form in which people have such lists."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.audit.advisories import Advisories, is_affected
from tools.audit.pins import Ecosystem, Failed, Pin

DJANGO = Pin(Ecosystem.PYPI, "django", "5.2.19")
HTMX = Pin(Ecosystem.NPM, "htmx.org", "2.0.11")
NUMBERS = st.lists(st.integers(0, 12), max_size=3)


def record(**more: Any) -> dict[str, Any]:
    """A record of OSV about Django."""
    package = {"ecosystem": "PyPI", "name": "Django"}
    events = [{"introduced": "5.2"}, {"fixed": "5.2.20"}]
    affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}], "versions": []}]
    own = {"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2026-1"], "summary": "A query runs code", "affected": affected}
    return {**own, **more}


def written(path: Path, document: Any) -> Path:
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def found(*paths: Path) -> list[str]:
    return [str(each) for each in Advisories(paths).findings([DJANGO, HTMX])]


NAMED = ["django 5.2.19 (PyPI): GHSA-aaaa-bbbb-cccc (CVE-2026-1), A query runs code"]


@pytest.mark.parametrize(
    "document",
    [
        record(),
        [record()],
        {"vulns": [record()]},
        {"results": [{"packages": [{"package": {"name": "django"}, "vulnerabilities": [record()]}]}]},
        f"{json.dumps(record())}\n{json.dumps(record(id='GHSA-other', affected=[]))}\n",
    ],
    ids=["a record", "a list", "an answer of the API", "a report of the scanner", "a record in each line"],
)
def test_every_form_of_osv_is_read(tmp_path: Path, document: Any) -> None:
    assert found(written(tmp_path / "list.json", document)) == NAMED


def test_a_folder_and_a_zip_file_of_records_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    written(folder / "GHSA.json", record())
    assert found(folder) == NAMED
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(folder / "GHSA.json", "GHSA.json")
    assert found(tmp_path / "all.zip") == NAMED


def test_what_several_lists_say_is_said_once(tmp_path: Path) -> None:
    first, second = (written(tmp_path / f"{number}.json", record()) for number in (1, 2))
    assert found(first, second) == NAMED


def test_a_record_that_was_withdrawn_counts_no_more(tmp_path: Path) -> None:
    assert found(written(tmp_path / "list.json", record(withdrawn="2026-01-01T00:00:00Z"))) == []


def test_a_package_of_the_same_name_elsewhere_is_another(tmp_path: Path) -> None:
    affected = [{"package": {"ecosystem": "npm", "name": "django"}, "versions": ["5.2.19"]}]
    assert found(written(tmp_path / "list.json", record(affected=affected))) == []


def affects(pin: Pin, *events: tuple[str, str]) -> bool:
    told = [{kind: version} for kind, version in events]
    return is_affected(pin, {"ranges": [{"type": "ECOSYSTEM", "events": told}]})


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("introduced", "0")], True),
        ([("introduced", "5.2.20")], False),
        ([("introduced", "0"), ("fixed", "5.2.19")], False),
        ([("introduced", "0"), ("fixed", "5.2.20")], True),
        ([("introduced", "0"), ("last_affected", "5.2.19")], True),
        ([("introduced", "0"), ("last_affected", "5.2.18")], False),
        ([("introduced", "0"), ("fixed", "4.2"), ("introduced", "5.0"), ("fixed", "6.0")], True),
        ([("introduced", "5.0"), ("fixed", "5.1"), ("introduced", "6.0")], False),
        ([("introduced", "0"), ("limit", "5.2.19")], False),
        ([("introduced", "0"), ("limit", "*")], True),
        ([("introduced", "of old"), ("fixed", "1.0")], True),  # nobody can read it: rather one too many
        ([("introduced", "5.2.19rc1"), ("fixed", "5.2.19.post1")], True),
    ],
)
def test_a_range_goes_from_what_introduces_it_to_what_ends_it(events: list[tuple[str, str]], expected: bool) -> None:
    assert affects(DJANGO, *events) is expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("introduced", "2.0.0-beta.2"), ("fixed", "2.0.12")], True),
        ([("introduced", "0"), ("fixed", "2.0.11-rc.1")], False),
        ([("introduced", "2"), ("last_affected", "2.0.10")], False),
    ],
)
def test_versions_of_npm_are_ordered_as_npm_does(events: list[tuple[str, str]], expected: bool) -> None:
    assert affects(HTMX, *events) is expected


def test_a_version_of_the_list_counts_however_it_is_written() -> None:
    assert is_affected(Pin(Ecosystem.PYPI, "x", "1.0"), {"versions": ["0.9-legacy-2", "1.0.0"]})
    assert not is_affected(Pin(Ecosystem.PYPI, "x", "1.0"), {"versions": ["1.0.1"]})


def test_commits_say_nothing_of_a_version() -> None:
    assert not is_affected(DJANGO, {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]})


def swept(here: int, starts: list[int], fixes: list[int]) -> bool:
    """What the schema's own words come to: events in order, each of which switches."""
    events = sorted([(at, 1) for at in fixes] + [(at, 0) for at in starts])
    state = False
    for at, kind in events:
        if here >= at:
            state = kind == 0
    return state


@given(here=st.integers(0, 12), starts=NUMBERS, fixes=NUMBERS)
def test_it_is_the_algorithm_of_the_schema(here: int, starts: list[int], fixes: list[int]) -> None:
    fixes = [each for each in fixes if each not in starts]  # both at once is said by nobody
    events = [("introduced", str(each)) for each in starts] + [("fixed", str(each)) for each in fixes]
    pin = Pin(Ecosystem.PYPI, "x", str(here))
    assert affects(pin, *events) is swept(here, starts, fixes)


def report(**versions: str) -> dict[str, Any]:
    """What pip-audit says, as its documentation shows it."""
    vulns = [{"id": "PYSEC-2026-1", "fix_versions": ["5.2.20"], "aliases": ["CVE-2026-1"], "description": "Long."}]
    rows = [{"name": name, "version": version, "vulns": []} for name, version in versions.items()]
    return {"dependencies": [{"name": "Django", "version": "5.2.19", "vulns": vulns}, *rows], "fixes": []}


def test_a_report_of_pip_audit_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "report.json", report(click="8.5.1"))
    assert found(path) == ["django 5.2.19 (PyPI): PYSEC-2026-1 (CVE-2026-1), fixed in 5.2.20"]


def test_a_report_of_other_pins_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "report.json", report(click="8.5.0"))
    click = Pin(Ecosystem.PYPI, "click", "8.5.1")
    with pytest.raises(
        Failed, match=r"does not cover click 8\.5\.1 \(PyPI\); expected one of constraints\.txt as it is"
    ):
        Advisories([path]).findings([DJANGO, click])


def test_a_report_is_of_one_python_where_others_have_pins_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path / "report.json", report())
    newer = Pin(Ecosystem.PYPI, "django", "6.1.3")
    findings = Advisories([path]).findings([DJANGO, newer])
    assert {each.pin for each in findings} == {DJANGO}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "has no advisory"),
        ('{"vulns": []}', "cannot be read as advisories"),
        ('{"vulnerabilities": {"x": {"via": ["y"]}}}', "cannot be read as advisories"),
        ('"x"', "cannot be read as advisories"),
        ("", "has no advisory"),
    ],
)
def test_what_holds_no_advisory_is_refused_and_never_passes(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(Failed, match=f"{told}.*expected records of OSV"):
        Advisories([written(tmp_path / "list.json", text)])


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"none\.json cannot be read: No such file or directory"):
        Advisories([tmp_path / "none.json"])
