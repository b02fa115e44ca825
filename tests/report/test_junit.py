from xml.etree import ElementTree as ET

from msgspec.structs import replace

from rtk.report.figure import FigureKey
from rtk.report.junit import PROPERTIES, junit
from tests.report.samples import Run, a_run

SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}
CASE = {"classname", "name", "time"}
PROBLEMS = {"failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"}}


def suite(run: Run) -> ET.Element:
    root = ET.fromstring(junit(*run).encode())
    assert root.tag == "testsuites"
    (only,) = root
    return only


def problems(run: Run) -> dict[str, str | None]:
    return {
        str(case.get("name")).split(":")[0]: next((p.tag for p in case), None) for case in suite(run).iter("testcase")
    }


def test_it_has_the_shape_of_the_common_schema(run: Run) -> None:
    found = suite(run)
    assert set(found.attrib) == SUITE
    assert [child.tag for child in found] == ["properties"] + ["testcase"] * int(found.attrib["tests"])
    for case in found.iter("testcase"):
        assert set(case.attrib) == CASE
        assert float(case.attrib["time"]) >= 0
        assert len(case) <= 1
        for problem in case:
            assert set(problem.attrib) == PROBLEMS[problem.tag]


def test_the_totals_count_the_cases(run: Run) -> None:
    found = suite(run)
    for total, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(found.attrib[total]) == len(list(found.iter(tag)))


def test_a_verdict_becomes_what_a_build_server_understands() -> None:
    objective = "objective"
    assert problems(a_run("long"))[objective] is None
    assert problems(a_run("published"))[objective] == "failure"
    assert problems(a_run("clean"))[objective] == "skipped"
    assert problems(a_run("invalid"))[objective] == "error"
    assert problems(a_run("no objective"))[objective] == "skipped"


def test_a_broken_baseline_is_a_failure_of_its_own_and_no_verdict_on_the_objective() -> None:
    found = problems(a_run("broken"))
    assert found["the baseline kept the promise before the first condition"] == "failure"
    assert found["objective"] == "error"
    assert found["condition inject-cpu-load took effect"] is None
    assert "the baseline kept the promise before the first condition" not in problems(a_run("clean"))


def test_a_gate_that_was_not_met_is_a_failure() -> None:
    found = problems(a_run("nothing"))
    assert found["the hypothesis was met before the first condition"] == "failure"
    assert problems(a_run("clean"))["the hypothesis was met before the first condition"] is None


def test_conditions_and_rollbacks_are_cases() -> None:
    assert problems(a_run("invalid"))["condition inject-cpu-load took effect"] == "failure"
    assert problems(a_run("clean"))["condition inject-cpu-load took effect"] is None
    assert problems(a_run("not restored"))["rollback Stop SSM run command restored the system"] == "failure"


def test_rollbacks_that_were_never_played_are_a_failure() -> None:
    insight, facts = a_run("clean")
    assert problems((insight, replace(facts, rollbacks=(), rolled_back=False)))["rollbacks were played"] == ("failure")


def test_the_figures_are_properties() -> None:
    found = {p.get("name"): p.get("value") for p in suite(a_run("published")).iter("property")}
    assert found["budget spent"] == "0.93 %"
    assert found["coverage"] == "66.7 %"


def test_a_figure_is_found_by_a_name_that_stays_whatever_it_is_called_elsewhere() -> None:
    assert set(PROPERTIES) == set(FigureKey)
    assert " ".join(f"{name};" for name in PROPERTIES.values()) == (
        "planned; met; deviated; missed; coverage; observed; proven at least; outages; in this run at most; "
        "if independent, at least; needed; budget; deviating time; budget spent; one occurrence; "
        "all that are expected; burn rate; exhausted after; affordable; observed impact; first deviation; clustering; "
        "restored; recovered; recovered after;"
    )


def test_control_characters_are_gone() -> None:
    text = junit(*a_run("hostile"))
    assert not [c for c in text if ord(c) < 32 and c != "\n"]
