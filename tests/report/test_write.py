import json
import os
import re
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtk.errors import BadInput, CannotRecord
from rtk.report.write import FORMATS, check_path, offered, write
from tests.report.samples import Run, a_run


@pytest.mark.parametrize(
    ("suffix", "start"),
    {
        ".html": "<!doctype html>",
        ".htm": "<!doctype",
        ".HTML": "<!doctype",
        ".md": "### ",
        ".xml": "<?xml",
        ".json": "{",
    }.items(),
)
def test_the_name_chooses_the_format(tmp_path: Path, suffix: str, start: str) -> None:
    place = write(tmp_path / f"report{suffix}", *a_run("deviating"))
    assert place.read_text(encoding="utf-8").startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [place.name]


def test_each_format_is_one_of_its_own(tmp_path: Path) -> None:
    texts = {write(tmp_path / f"report{suffix}", *a_run("deviating")).read_bytes() for suffix in FORMATS}
    assert len(texts) == len(FORMATS)
    assert len({form.label for form in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_the_verdict(tmp_path: Path, suffix: str) -> None:
    insight, facts = a_run("clean")
    part = "the run was too short to prove"  # a figure and its unit are written differently
    assert part in insight.headline
    text = write(tmp_path / f"report{suffix}", insight, facts).read_text(encoding="utf-8")
    assert part in text, "a report has to tell the verdict: see the docstring of src/rtk/report/write.py"


def test_a_sentence_names_a_format_only_where_its_ending_does_not() -> None:
    assert ".html, .md (Markdown), .xml (JUnit)" in offered()
    assert all(suffix in offered() for suffix in FORMATS)


def test_json_is_the_insight_and_holds_null_where_there_is_no_figure(tmp_path: Path, run: Run) -> None:
    insight, _ = run
    told = json.loads(write(tmp_path / "i.json", *run).read_text(encoding="utf-8"))
    assert told == {**json.loads(json.dumps(insight.as_dict())), "standing": None}
    if insight.figures.observed is None:
        assert told["observed"] is None


def test_json_says_how_the_promise_stands_as_the_other_reports_do(tmp_path: Path) -> None:
    insight, facts = a_run("deviating")
    facts = replace(facts, standing="Not proven: it takes 10 runs to see whether they differ.")
    told = {ending: write(tmp_path / f"i{ending}", insight, facts).read_text(encoding="utf-8") for ending in FORMATS}
    assert json.loads(told[".json"])["standing"] == facts.standing
    silent = [ending for ending, text in told.items() if "it takes 10 runs to see whether they differ" not in text]
    assert silent == [], "a report has to tell how the promise stands: see the docstring of src/rtk/report/write.py"


@pytest.mark.parametrize("name", ["report.pdf", "report", ".html", "report.html.gz"])
def test_an_unknown_format_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=re.escape(", ".join(FORMATS))):
        check_path(tmp_path / name)


def test_a_place_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(BadInput, match="no directory"):
        check_path(tmp_path / "missing" / "report.html")
    with pytest.raises(BadInput, match="no directory"):
        check_path(tmp_path / "file" / "report.html")
    with pytest.raises(BadInput, match="is a directory"):
        check_path(tmp_path / "folder.html")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="not writable"):
        check_path(tmp_path / "report.html")
    tmp_path.chmod(0o700)


def test_the_mode_honours_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        place = write(tmp_path / "report.md", *a_run("clean"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("old")
    assert write(tmp_path / "report.md", *a_run("clean")).read_text(encoding="utf-8").startswith("### ?")


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    place = tmp_path / "report.md"
    place.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(CannotRecord, match="could not be written: File too large"):
            write(place, *a_run("clean"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert place.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.md"]


def test_a_name_too_long_for_the_disk_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="File name too long"):
        check_path(tmp_path / ("a" * 300 + ".html"))


def test_what_writes_a_report_is_there_before_the_run_begins() -> None:
    code = "import sys, rtk.report.write as it; it.check_path('r.xml'); sys.exit('rtk.report.junit' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
