"""Whether it got worse under the conditions, as every report answers it: a word, and what that rests on."""

from rtk.figures import chance, number, share
from rtk.insight.cause import SENTENCES
from rtk.insight.facts import Facts, Phase
from rtk.insight.shape import Attribution, Insight, Stats
from rtk.insight.worsening import Worsening, p_of, worsening_of
from rtk.report.text import plain

QUESTION = "Did it get worse?"
NO_CONDITION, UNKNOWN = "No condition", "Unknown"
_WORDS = {
    Worsening.WORSE: "Yes",
    Worsening.BETTER: "No, it got better",
    Worsening.OTHER: "It changed",
    Worsening.NOT_SHOWN: "Not certain",
    Worsening.NOT_JUDGED: "Cannot be told",
}
_LUCK = {
    Worsening.NOT_SHOWN: "Such a difference can be chance.",
    Worsening.NOT_JUDGED: SENTENCES[Attribution.BASELINE_BROKEN],
}
_BY_LUCK = "p: its chance by luck alone."
_NOT_OF_A_FAIL = " The run fails all the same: too little was good, whatever the cause."


def answer(insight: Insight, facts: Facts) -> tuple[str, str]:
    """Return the answer in a word, and what it rests on in short; the comparisons tell it at length."""
    if not facts.conditions:
        return NO_CONDITION, plain(insight.cause, 400)
    before, during = _stats(insight, "baseline"), _stats(insight, "conditions")
    found = next((each for each in insight.comparisons if each.phase == "conditions"), None)
    if found is None or before is None or during is None or (found.real is None and not insight.baseline_broken):
        return UNKNOWN, plain(insight.cause, 400)
    worsening, p = worsening_of(found, facts.threshold), p_of(found)
    word = _WORDS[worsening] if worsening in _LUCK or p is None else f"{_WORDS[worsening]} ({chance(p)})"
    seen = f"{_deviated(during)} deviated (baseline {_deviated(before)})"
    if during.p50 is not None and before.p50 is not None:
        here, there = (plain(number(value, insight.unit), 40) for value in (during.p50, before.p50))
        seen += f", median {here} (baseline {there})"
    target = _NOT_OF_A_FAIL if worsening is Worsening.NOT_SHOWN and insight.figures.verdict == "fail" else ""
    return word, f"{seen}. {_LUCK.get(worsening, _BY_LUCK)}{target}"


def _stats(insight: Insight, phase: Phase) -> Stats | None:
    return next((each for each in insight.phases if each.phase == phase), None)


def _deviated(stats: Stats) -> str:
    measured = stats.met + stats.deviated
    return share(stats.deviated / measured if measured else None)
