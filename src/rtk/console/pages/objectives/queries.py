"""What the pages of objectives tell: promises in words, and what is spent of them in their window now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rtk.console.pages import promises
from rtk.console.pages.insights.heading import conditions_of
from rtk.console.pages.promises import PromiseSummary, Stands, together
from rtk.console.store import budget_spending, lessons, measures, standings
from rtk.console.store.budget_spending import BudgetAccount, Spent
from rtk.console.store.models import Objective, Verification
from rtk.figures import NO_DATA, duration, fine_share, listing, rounded
from rtk.insight import promise as words
from rtk.insight.budget import Balance
from rtk.insight.outage_length import Learned, OutageSource, outage_length

SPENDERS = 20
VERIFICATIONS = 50
STEPS = 1000  # of the bar


class ListedObjective(NamedTuple):
    """An objective in the list."""

    objective: Objective
    promise: str
    measure: str
    spent: "ShownBalance"
    results: list[str | None]
    stands: PromiseSummary

    @property
    def last(self) -> str | None:
        """The last verdict, None where there is none."""
        return self.results[-1] if self.results else None


class ShownBalance(NamedTuple):
    """A balance as it is shown: the bar of STEPS, its tone, share and times in words; `known` when there is one."""

    balance: Balance
    known: bool
    bar: int
    tone: str
    share: str
    times: str
    left: str


class ObjectiveDetail(NamedTuple):
    """All of an objective's page."""

    objective: Objective
    promise: str
    allowance: str
    measure: str
    outage: str
    spent: ShownBalance
    since: datetime | None
    spenders: list[Spent]
    more: bool
    verifications: list[tuple[Verification, Stands | None, str]]
    results: list[str | None]
    stands: PromiseSummary

    @property
    def sure(self) -> str:
        """What the per cent of certainty of its verifications' standings mean; empty where there are none."""
        return next((stands.sure for _, stands, _ in self.verifications if stands and stands.sure), "")


def rows(objectives: Sequence[Objective], at: datetime) -> list[ListedObjective]:
    """The rows of these objectives. Four queries."""
    if not objectives:
        return []
    accounts, results = budget_spending.accounts(objectives, at), budget_spending.results(objectives)
    stand = standings.of_objectives(objectives, at)
    return [
        ListedObjective(
            each,
            promise(each),
            measures.words(each.measure),
            shown(accounts[each.id]),
            results[each.id],
            together(stand[each.id]),
        )
        for each in objectives
    ]


def detail(objective: Objective, at: datetime) -> ObjectiveDetail:
    """An objective with all around it. Seven queries."""
    # One more than is shown tells that there are others.
    account, spenders = budget_spending.spent_by(objective, at, SPENDERS + 1)
    of = Verification.objects.filter(objective=objective, deleted_at=None).select_related(
        "objective", "revision", "experiment"
    )
    found = list(of.order_by("-created_at")[:VERIFICATIONS])
    stand = standings.of(found, at)
    window, budget = objective.window_s, account.balance.budget_s
    if budget is None:
        allowance = "Without a window there is no budget: nothing says over how long a time the share is meant."
    else:
        allowance = f"In any {duration(window)}, {duration(budget)} may be bad."
    return ObjectiveDetail(
        objective,
        promise(objective),
        allowance,
        measures.words(objective.measure),
        outage(objective, lessons.learned(objective.id, at)),
        shown(account),
        at - timedelta(seconds=window) if window else None,
        spenders[:SPENDERS],
        len(spenders) > SPENDERS,
        [(each, promises.shown(stand.get(each.pk)), under(each.experiment.document)) for each in found],
        budget_spending.results([objective])[objective.id],
        together(stand[each.pk] for each in found if each.pk in stand and not each.archived_at),
    )


def under(document: object) -> str:
    """Return what a promise is held under: the conditions of an experiment, by their names."""
    names = conditions_of(document) if isinstance(document, Mapping) else ()
    return f"while {listing(names)} {'lasts' if len(names) == 1 else 'last'}" if names else "without any condition"


def outage(objective: Objective, learned: Learned | None) -> str:
    """How long an outage lasts, and who says so; what is assumed depends on a verification's frequency."""
    declared = objective.outage_lasts_s
    if declared is None and learned is None:
        return "nobody said: three measurements or 10 s are assumed, whichever is longer"
    length = outage_length(1.0, declared, learned=learned)
    if length.source is OutageSource.DECLARED:
        taught = f"; {learned.evidence()} say no more than {duration(rounded(learned.seconds))}" if learned else ""
        return f"{length.lasting()} on average, as declared{taught}"
    shorter = "" if declared is None else f"; the {duration(declared)} that was declared is shorter and does not count"
    return f"{length.lasting()} on average, as learned from {learned.evidence() if learned else ''}{shorter}"


def promise(objective: Objective) -> str:
    """The promise: “95 % over 1 day”, “p95 <= 300ms over 1 day”."""
    return words.promise(objective.target, objective.quantile, objective.window_s)


def shown(account: BudgetAccount) -> ShownBalance:
    """An account in words, which are no figure where nothing was measured or there is no budget."""
    balance = account.balance
    if not account.runs:
        return ShownBalance(balance, False, 0, "quiet", "no runs", "No run measured anything in this window.", "")
    if balance.spent is None:
        told = f"{duration(balance.deviating_s)} deviated; without a window there is no budget to hold that against."
        return ShownBalance(balance, False, 0, "quiet", NO_DATA, told, "")
    tone = "red" if balance.spent >= 1 else "orange" if balance.spent >= 0.5 else "blue"
    times = f"{duration(balance.deviating_s)} of {duration(balance.budget_s)}"
    over = bool(balance.over_s)
    left = duration(balance.over_s) if over else duration(balance.left_s)
    return ShownBalance(
        balance, True, min(STEPS, round(balance.spent * STEPS)), tone, fine_share(balance.spent), times, left
    )
