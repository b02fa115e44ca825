"""The marks all reports share: each state is one word, one symbol and one colour, never colour alone."""

from typing import Literal

from msgspec import Struct

from rtk.insight.facts import Outcome
from rtk.insight.occurrence import Allowance
from rtk.insight.recovery import Recovery
from rtk.insight.shape import Insight
from rtk.insight.status import ActivityStatus, RunStatus

Tone = Literal["good", "bad", "unsure", "broken", "quiet"]


class Mark(Struct, frozen=True):
    """A state as it is shown. `symbol` is one column wide; `plain` is its ASCII stand-in."""

    word: str
    symbol: str
    plain: str
    tone: Tone

    def show(self, unicode: bool = True) -> str:
        """Symbol and word."""
        return f"{self.symbol if unicode else self.plain} {self.word}"


VERDICTS: dict[str | None, Mark] = {
    "pass": Mark("pass", "✓", "+", "good"),
    "fail": Mark("fail", "✗", "x", "bad"),
    "inconclusive": Mark("inconclusive", "?", "?", "unsure"),
    "invalid": Mark("invalid", "∅", "!", "broken"),
    None: Mark("no verdict", "·", "-", "quiet"),
}
# The journal calls such a run "failed", which beside "fail" nobody can tell from a verdict.
NOT_BEGUN = Mark("not begun", "⊘", "-", "unsure")
OUTCOMES: dict[Outcome, Mark] = {
    "met": Mark("met", "●", "o", "good"),
    "deviated": Mark("deviated", "◆", "x", "bad"),
    "missed": Mark("not measured", "○", ".", "quiet"),
}
RESTORED: dict[bool | None, Mark] = {
    True: Mark("restored", "✓", "+", "good"),
    False: Mark("not restored", "▲", "!", "bad"),
    None: Mark("nothing to undo", "·", "-", "quiet"),
}
RECOVERED: dict[Recovery, Mark] = {
    Recovery.RECOVERED: Mark("recovered", "✓", "+", "good"),
    Recovery.NOT_RECOVERED: Mark("not recovered", "▲", "!", "bad"),
    Recovery.NOTHING_TO_RECOVER_FROM: Mark("nothing to recover from", "·", "-", "quiet"),
    Recovery.NOT_MEASURED: Mark("not measured", "·", "-", "quiet"),
}
ALLOWANCES: dict[Allowance, Mark] = {
    Allowance.WITHIN: Mark("within allowance", "✓", "+", "good"),
    Allowance.BEYOND: Mark("beyond allowance", "✗", "x", "bad"),
    Allowance.UNKNOWN: Mark("unknown", "?", "?", "unsure"),
}
STATUSES: dict[str, Mark] = {
    ActivityStatus.SUCCEEDED: Mark("succeeded", "✓", "+", "good"),
    ActivityStatus.FAILED: Mark("failed", "✗", "x", "bad"),
    ActivityStatus.INTERRUPTED: Mark("interrupted", "∅", "!", "broken"),
}
MOMENTS: dict[str, Mark] = {
    "deviated": OUTCOMES["deviated"],
    "missed": OUTCOMES["missed"],
    "trouble": RESTORED[False],
}
STYLES: dict[Tone, str] = {
    "good": "green",
    "bad": "red",
    "unsure": "yellow",
    "broken": "magenta",
    "quiet": "dim",
}


def verdict_mark(insight: Insight) -> Mark:
    """The mark of the run's verdict; of a run whose gate was not met, that it has not begun."""
    if insight.status == RunStatus.FAILED and insight.figures.verdict is None:
        return NOT_BEGUN
    return VERDICTS[insight.figures.verdict]


def status_mark(status: str) -> Mark:
    """The mark of a condition's or rollback's status."""
    return STATUSES.get(status, Mark(status, "·", "-", "quiet"))
