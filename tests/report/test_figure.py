"""Figures by their keys, whatever they are called."""

import pytest

from rtk.figures import NO_DATA
from rtk.insight.insight import insight
from rtk.report.figure import LABELS, FigureKey, figure, number
from rtk.report.story import story
from tests.report.samples import SAMPLES


def test_every_figure_has_a_name() -> None:
    assert set(LABELS) == set(FigureKey)


def test_a_large_one_has_its_name_in_small_letters() -> None:
    told = number(FigureKey.BUDGET_SPENT, "1 %", "by all phases")
    assert (told.label, told.key) == ("budget spent", "budget_spent")
    assert figure(FigureKey.BUDGET_SPENT, "1 %", "by all phases").cells == ("Budget spent", "1 %", "by all phases")


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_large_figure_without_data_is_not_known(sample: str) -> None:
    facts = SAMPLES[sample]()
    for each in story(insight(facts), facts).numbers:
        assert each.known == (each.value != NO_DATA), each.label


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_two_figures_of_a_run_have_one_key(sample: str) -> None:
    facts = SAMPLES[sample]()
    told = [each.key for each in story(insight(facts), facts).figures]
    assert len(set(told)) == len(told)
