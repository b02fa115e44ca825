import re
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from rtk.insight.facts import OUTCOMES, Facts, MeasurementSeries, SlotMeasurement, Threshold
from rtk.report import chart as drawing
from rtk.report.columns import columns
from rtk.report.frame import NARROW, WIDE, Size
from tests.report.samples import Run, a_run

MOST_POINTS = 2_000


def chart(facts: Facts, size: Size) -> str:
    return drawing.chart(facts, size, columns(facts, WIDE.columns))


def charts(facts: Facts) -> str:
    return drawing.charts(facts, columns(facts, WIDE.columns))


def drawn_points(svg: str) -> int:
    """Vertices of the paths through values and marks, and the marks that are elements."""
    paths = re.findall(r'class="(?:values|deviated|deviated silent|met-bars|missed)" d="([^"]*)"', svg)
    return sum(len(re.findall("[ML]", path)) for path in paths) + svg.count("<circle")


def test_every_chart_is_well_formed_and_names_itself(run: Run) -> None:
    for size in (WIDE, NARROW):
        root = ET.fromstring(chart(run[1], size))
        assert root.get("role") == "img"
        ids = {e.get("id") for e in root.iter() if e.get("id")}
        assert set((root.get("aria-labelledby") or "").split()) <= ids


def test_no_chart_holds_more_points_than_a_browser_likes(run: Run) -> None:
    assert drawn_points(charts(run[1])) <= MOST_POINTS


def test_the_cap_holds_when_every_slot_differs_from_the_one_before() -> None:
    many = MeasurementSeries(
        SlotMeasurement("conditions", k, k * 0.1, None, None, OUTCOMES[k % 3], float(k % 977)) for k in range(9_000)
    )
    facts = Facts("r", "t", 0.1, 900.0, 0.0, many, threshold=Threshold(upper=500))
    assert drawn_points(charts(facts)) <= MOST_POINTS


def test_everything_is_drawn_within_the_canvas(run: Run) -> None:
    for size in (WIDE, NARROW):
        svg = chart(run[1], size)
        xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+) -?[\d.]+", svg)]
        assert all(0 <= x <= size.width for x in xs)


def test_a_missed_slot_breaks_the_line() -> None:
    _, facts = a_run("published")
    line = re.search(r'class="values" d="([^"]*)"', chart(facts, WIDE))
    assert line is not None
    assert line[1].count("M") == 10  # 30 slots, every third one missed


def test_the_threshold_is_named_with_its_unit_and_lies_above_zero() -> None:
    _, facts = a_run("clean")
    svg = chart(facts, WIDE)
    assert "threshold 6,000 ms" in svg
    assert ">0</text>" in svg


def test_a_condition_is_drawn_from_start_to_end_and_hatched_while_it_lasts() -> None:
    _, facts = a_run("clean")
    svg = chart(facts, WIDE)
    solid = re.search(r'class="lane condition" x="([\d.]+)"[^>]* width="([\d.]+)"', svg)
    hatched = re.search(r'class="lane-after" x="([\d.]+)"[^>]* width="([\d.]+)"', svg)
    assert solid
    assert hatched
    assert float(solid[1]) + float(solid[2]) == float(hatched[1])
    per_second = (WIDE.width - WIDE.left - WIDE.right) / 433.4
    assert abs(float(hatched[2]) - 180 * per_second) < 1


def test_a_condition_that_failed_is_not_hatched() -> None:
    assert "lane-after" not in chart(a_run("invalid")[1], WIDE)


def test_met_deviated_and_missed_differ_by_shape() -> None:
    svg = chart(a_run("deviating")[1], WIDE)
    assert svg.count("<circle") == 36
    assert svg.count('<path class="deviated"') == 1
    assert svg.count('<path class="deviated silent"') == 1
    assert svg.count('<path class="missed"') == 1


def test_a_measure_without_values_has_rows_instead_of_a_value_axis() -> None:
    svg = chart(a_run("boolean")[1], WIDE)
    assert ">met</text>" in svg
    assert ">deviated</text>" in svg
    assert 'class="values"' not in svg


def test_the_description_tells_counts_threshold_and_conditions() -> None:
    _, facts = a_run("deviating")
    told = drawing.describe(facts, columns(facts, WIDE.columns))
    assert "36 met, 5 deviated, 1 missed" in told
    assert "threshold 6,000 ms" in told
    assert "inject-cpu-load from 1:02 to 1:04" in told


def test_strange_values_do_not_break_the_chart() -> None:
    strange = [float("inf"), -5.0, 5e-324, 1e308, 0.0, 1e-12, -1e300]
    many = MeasurementSeries(SlotMeasurement("conditions", k, float(k), k, k, "met", v) for k, v in enumerate(strange))
    _, facts = a_run("clean")
    for bounds in (Threshold(), Threshold(upper=float("inf")), Threshold(lower=200, upper=299)):
        ET.fromstring(chart(replace(facts, measurements=many, threshold=bounds), WIDE))


def test_both_axes_tell_run_time_and_wall_time() -> None:
    svg = chart(a_run("clean")[1], WIDE)
    assert ">1:00</text>" in svg
    assert ">09:58:17</text>" in svg


def test_values_too_small_to_scale_are_drawn_at_zero() -> None:
    tiny = MeasurementSeries([SlotMeasurement("conditions", 0, 0.0, 0.0, 0.0, "met", 5e-324)])
    ET.fromstring(chart(Facts("r", "t", 1.0, 5e-324, 0.0, tiny), WIDE))
