from rtk.insight.clustering_wording import answer, limit, stretches
from rtk.insight.shape import Clustering

NONE = Clustering(runs=19, expected=15.4, p=0.95, clustered=False)
SOME = Clustering(runs=1_002, expected=1_600.0, p=0.0001, clustered=True, outages=501)


def test_the_answer_says_first_whether_there_is_any() -> None:
    assert answer(NONE) == "none found (runs test, p = 0.95)"
    assert answer(SOME) == "found (runs test, p < 0.001)"


def test_what_the_test_saw_is_called_a_stretch_because_a_run_is_something_else() -> None:
    assert stretches(NONE) == "19 stretches of equal outcomes where 15.4 were expected"
    assert stretches(SOME) == "1,002 stretches of equal outcomes where 1,600.0 were expected"
    assert stretches(Clustering(1, 1.0, 1.0, False)).startswith("1 stretch of ")


def test_clustering_is_why_outages_are_counted() -> None:
    assert limit(SOME) == (
        "Deviations came in stretches (1,002 stretches of equal outcomes where 1,600.0 were expected; "
        "runs test: p < 0.001), which is why evidence is counted in outages."
    )
