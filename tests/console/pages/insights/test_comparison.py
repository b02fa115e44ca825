"""All runs of a verification beside one of them, and two side by side."""

import re

from rtk.console.pages.insights.comparison import ComparedFigure, beside
from rtk.figures import NO_DATA
from rtk.insight.insight import insight
from rtk.report.figure import Figure, FigureKey
from rtk.report.story import story
from tests.console.pages.insights.made import PUBLISHED, a_run, browser_of, ended, page, path_of, text_of
from tests.console.people.world import World
from tests.insight.test_occurrence import run
from tests.report.samples import a_run as sample


def test_all_runs_of_the_verification_stand_beside_the_run(world: World) -> None:
    first = ended(world, ["deviated"] * 30, key="same")
    second = ended(world, ["met"] * 300, key="same", duration_s=3000.0)
    ended(world)
    text = page(world, second)
    assert f'href="{path_of(first)}"' in text
    assert "Of the 2 runs that ended, 1 passed and 1 failed." in text
    assert "1 run before it did not" in text
    assert "1 run before it did not" not in page(world, first)


def test_two_runs_are_compared_figure_by_figure(world: World) -> None:
    first, second = ended(world, PUBLISHED, key="same"), ended(world, key="same")
    text = text_of(browser_of(world), f"{path_of(second)}/compare/{first.id}")
    assert re.search(r'<th scope="row">met<span class="more">[^<]*</span></th><td>16</td><td>30</td>', text)
    assert re.search(
        r'<th scope="row">p95<span class="more">[^<]*</span></th><td>measure 28 min</td><td>measure 28 min</td>', text
    )


def test_a_figure_that_one_run_alone_has_stands_beside_no_data() -> None:
    expected = run(20 * "x" + 40 * ".")
    of_one = story(insight(expected), expected).figures
    of_other = story(*sample("published")).figures
    for both, place in (((of_one, of_other), 1), ((of_other, of_one), 0)):
        (row,) = [each for each in beside(*both) if each.label == "One occurrence"]
        assert row.values[place] == NO_DATA != row.values[1 - place]
        assert len(beside(*both)) == len(of_one)


def test_a_run_under_way_cannot_be_compared_yet(world: World) -> None:
    text = text_of(browser_of(world), f"{path_of(ended(world))}/compare/{a_run(world).id}")
    assert "There is nothing to compare" in text


def test_a_figure_that_only_one_of_them_has_is_no_data_of_the_other() -> None:
    both, mine, theirs = (
        Figure(label, "1", "how", key)
        for label, key in (
            ("met", FigureKey.MET),
            ("One occurrence", FigureKey.ONE_OCCURRENCE),
            ("Else", FigureKey.ALL_EXPECTED),
        )
    )
    assert beside((both, mine), (both, theirs)) == [
        ComparedFigure("met", ("1", "1"), "how"),
        ComparedFigure("One occurrence", ("1", "no data"), "how"),
        ComparedFigure("Else", ("no data", "1"), "how"),
    ]


def test_where_two_runs_are_explained_otherwise_each_value_has_its_own_note() -> None:
    mine = Figure("Exhausted after", "never", "nothing deviated", FigureKey.EXHAUSTED_AFTER)
    theirs = Figure("Exhausted after", "2 h", "window ÷ burn rate", FigureKey.EXHAUSTED_AFTER)
    (row,) = beside((mine,), (theirs,))
    assert row.explanation == ""
    assert row.cells == (("never", "nothing deviated"), ("2 h", "window ÷ burn rate"))


def test_each_run_that_does_not_count_says_why(world: World) -> None:
    counts = ended(world, ["met"] * 30, key="same")
    apart = ended(world, ["met"] * 30, key="same", frequency_s=5.0)
    text = page(world, apart)
    told = "does not count: measured something else than the verification says"
    assert told in text or "does not count: was measured before the verification was changed" in text
    assert text.count("does not count: ") == 1
    said = ["This run does not count toward the promise: it " in page(world, each) for each in (apart, counts)]
    assert sorted(said) == [False, True], "the one that does not count says so at its head, and the other does not"
    says = ["This run counts toward the promise." in page(world, each) for each in (apart, counts)]
    assert says == [not each for each in said], "every judged run says which it is"
    assert "does not count: " in page(world, counts)
