"""Exit codes of `chaos verify` and of `rtk standing`, one by one."""

from rtk.insight.shape import Insight, Restoration
from rtk.insight.standing_shape import StandingState
from rtk.insight.status import CUT_SHORT, RunStatus
from rtk.verify.holders import REFUSED

OK = 0
COULD_NOT_RUN = 1
FAIL = 2
INCONCLUSIVE = 3
INVALID = 4
NOT_RESTORED = 5
SIGNALLED = 128

MEANINGS = {
    OK: "pass, or inconclusive without --strict",
    COULD_NOT_RUN: "could not run: bad input, the steady state not met before the method or a required baseline "
    "broken, nothing to record on",
    FAIL: "fail: the objective was not met under the conditions; with --strict-cost also beyond the allowance",
    INCONCLUSIVE: "inconclusive, with --strict",
    INVALID: "invalid: the baseline was broken already, or a condition never took effect, or was gone for more than "
    "half of its phase",
    NOT_RESTORED: "not restored: a rollback failed",
    REFUSED: "refused before any condition: another run acts on the same system, or a safeguard forbids the run",
    130: "interrupted by Ctrl-C (SIGINT)",
    143: "interrupted by SIGTERM",
}

STANDING_CODES = {
    StandingState.KEPT: OK,
    StandingState.BROKEN: FAIL,
    StandingState.NOT_PROVEN: INCONCLUSIVE,
    StandingState.LAPSED: INCONCLUSIVE,
    StandingState.NEVER_TRIED: COULD_NOT_RUN,
}
STANDING_MEANINGS = {
    OK: "every promise that was asked for is kept",
    COULD_NOT_RUN: "one was never tried; or the console could not be asked",
    FAIL: "one is broken",
    INCONCLUSIVE: "one is not proven, or has lapsed",
}


def exit_code(
    insight: Insight,
    *,
    signum: int | None = None,
    strict: bool = False,
    unrecorded: bool = False,
    refused: bool = False,
) -> int:
    """The exit code of a run: not restored wins over all, then the signal, then invalid, then the verdict.

    `refused`: a safeguard kept its conditions from being applied.
    """
    figures = insight.figures
    verdict = figures.verdict
    # Something other than a signal, which wins, stopped it before anything was measured under the conditions.
    never_began = not refused and insight.status in CUT_SHORT and figures.met + figures.deviated == 0
    by_rank = (
        (insight.restoration is Restoration.FAILED, NOT_RESTORED),
        (signum is not None, SIGNALLED + (signum or 0)),
        (verdict == "invalid", INVALID),
        (unrecorded or insight.status == RunStatus.FAILED or never_began, COULD_NOT_RUN),
        (refused, REFUSED),
        (verdict == "fail" or (insight.occurrence is not None and insight.occurrence.fails), FAIL),
        (strict and verdict != "pass", INCONCLUSIVE),
    )
    return next((code for applies, code in by_rank if applies), OK)
