"""Whether the service was good again afterwards, in a sentence."""

from rtk.figures import duration
from rtk.insight.recovery import Recovery
from rtk.insight.shape import Insight
from rtk.insight.status import CUT_SHORT
from rtk.report.setting import Medium, Setting, how


def explanation(insight: Insight, medium: Medium = Medium.COMMAND, *, applied: bool = True) -> str:
    """Return what the answer rests on; of a run that was stopped no advice that only a whole run could follow.

    `applied` is whether there was any condition.
    """
    if not applied:
        return "No condition was applied, so there is nothing to recover from."
    since = "the undo" if insight.restored is not None else "the conditions"
    if insight.recovery is Recovery.RECOVERED:
        after = "" if insight.recovered_after_s is None else f"{duration(insight.recovered_after_s)} "
        return f"Good again {after}after {since} (three in a row)."
    if insight.recovery is Recovery.NOT_RECOVERED:
        return f"No three in a row were good after {since}."
    if insight.recovery is Recovery.NOTHING_TO_RECOVER_FROM:
        return "Nothing deviated after the conditions had begun."
    completes = insight.stop_cause is not None and insight.stop_cause.completes
    # Of a run that ended before its time a longer cool-down would have changed nothing.
    if not completes and (insight.stopped is not None or insight.status in CUT_SHORT):
        return f"The run was stopped before enough was measured after {since} to say."
    cooled_down = any(each.phase == "recovery" for each in insight.phases)
    remedy = "; a longer cool-down gives it time." if cooled_down else f". {how(Setting.COOL_DOWN, medium)}"
    return f"Too little was measured after {since} to say{remedy}"
