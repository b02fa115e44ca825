"""How a promise stands, in sentences: the state with what decided it, and what it may not be read as."""

from collections.abc import Mapping

from rtk.figures import bound, chance, chosen_share, count, duration, rounded, share
from rtk.insight.proof import LengthFrom
from rtk.insight.standing_shape import FEWEST_RUNS, STANDING_RISK, PromiseStanding, StandingReason, StandingState

STATES: Mapping[StandingState, str] = {
    StandingState.KEPT: "Kept",
    StandingState.BROKEN: "Broken",
    StandingState.NOT_PROVEN: "Not proven",
    StandingState.LAPSED: "Lapsed",
    StandingState.NEVER_TRIED: "Never tried",
}
_SURE = f"{share(1 - STANDING_RISK)} sure"
_MEANING = (
    f"{_SURE}: of {round(1 / STANDING_RISK)} such statements at most 1 is wrong. One run says 95 %; how a promise "
    "stands is looked at after every run, so it has to be surer."
)
_OBSERVED = "This is an observation about the time that was measured; one long outage can do that."


def sentences(standing: PromiseStanding, frequency_s: float) -> tuple[str, ...]:
    """Return all that is to be said, the headline first; slots are `frequency_s` seconds long."""
    return (headline(standing, frequency_s), *limits(standing, frequency_s))


def headline(standing: PromiseStanding, frequency_s: float) -> str:
    """Return the state in one sentence, with what decided it."""
    return f"{STATES[standing.state]}: {decided(standing, frequency_s)}."


def decided(standing: PromiseStanding, frequency_s: float) -> str:
    """Return what decided the state, for where the state itself stands beside it; without a full stop."""
    runs, promised = count(standing.runs, "run"), f"{chosen_share(standing.target)} was promised"
    least = bound(standing.at_least, standing.target)
    proven = f"at least {least} of the time is good ({_SURE}, for {_lasting(standing, frequency_s)})"
    match standing.reason:
        case StandingReason.PROVEN | StandingReason.TOO_LITTLE:
            told = f"{proven} by {runs}, and {promised}"
        case StandingReason.FAILED:
            only = standing.runs == 1
            failed = "the only run failed" if only else f"{standing.failed:,} of {standing.runs:,} runs failed"
            told = f"{failed}, and what came after the last failure does not make it good; {promised}"
        case StandingReason.BELOW:
            most = bound(standing.at_most, standing.target)
            told = f"at most {most} of the time that {runs} measured was good ({_SURE}), and {promised}"
        case StandingReason.TOO_FEW_RUNS:
            made = "1 was" if standing.runs == 1 else f"{standing.runs:,} were"
            told = f"it takes {FEWEST_RUNS} runs to see whether they differ, and {made} made; so far {proven}"
        case StandingReason.RUNS_DIFFER:
            p = "" if standing.dispersion is None else f" ({chance(standing.dispersion)})"
            told = (
                f"runs differ more than chance explains{p}, which proves nothing for the next one; "
                f"counted by runs, at least {least} of the time is good ({_SURE})"
            )
        case StandingReason.EXCLUSIONS:
            excluded = count(len(standing.excluded), "run")
            told = f"{excluded} would prove {chosen_share(standing.target)}, and all were excluded"
        case StandingReason.TOO_OLD:
            lasts = duration(standing.lasts_s)
            told = f"what proved {chosen_share(standing.target)} is older than {lasts}"
            if not standing.runs:
                told = f"every judged run is older than {lasts}, and such runs do not count"
        case StandingReason.NEVER_TRIED:
            told = "no run of this revision was judged"
    return told


def limits(standing: PromiseStanding, frequency_s: float) -> tuple[str, ...]:
    """Return what would change it, what it rests on and what it leaves open, a sentence each."""
    told = []
    if standing.needed:
        lasting = duration(rounded(standing.needed * frequency_s))
        clean = count(standing.needed, "clean measurement")
        told.append(f"About {clean} more ({lasting}) would prove {chosen_share(standing.target)}.")
    if standing.reason is StandingReason.BELOW:
        told.append(_OBSERVED)
    if standing.failed and standing.reason is not StandingReason.FAILED:
        told.append(f"Of {count(standing.runs, 'run')} that count, {standing.failed:,} failed.")
    if standing.length_from is LengthFrom.SEEN:
        longer = _lasting(standing, frequency_s)
        told.append(f"Outages in these runs were longer than assumed, so {longer} are reckoned with.")
    if standing.unseen is not None:
        told.append(
            f"{count(standing.runs, 'run')} cannot show what none of them met: up to {bound(standing.unseen)} of all "
            "occasions may be of another kind (95 % sure, since it is said of these runs alone)."
        )
    if meaning := sure(standing):
        told.append(meaning)
    if excluded := standing.excluded:
        reasons = "; ".join(dict.fromkeys(each.reason.rstrip(".") for each in excluded))
        were = "1 run was" if len(excluded) == 1 else f"{len(excluded):,} runs were"
        told.append(f"{were} excluded, which can only lower this: {reasons}.")
    if standing.attempt > 1:
        told.append(f"This is attempt {standing.attempt:,}: runs of the revisions before it do not count.")
    return tuple(told)


def measured(standing: PromiseStanding, frequency_s: float) -> str:
    """Return how many runs count and how long they measured: "7 runs, 35 min measured under the conditions"."""
    lasting = duration(rounded(standing.measured * frequency_s))
    return f"{count(standing.runs, 'run')}, {lasting} measured under the conditions"


def sure(standing: PromiseStanding) -> str:
    """Return what the per cent of its certainty mean; empty where nothing is said with any."""
    return _MEANING if standing.reason in _SURE_OF else ""


def _lasting(standing: PromiseStanding, frequency_s: float) -> str:
    return f"outages of {duration(rounded((standing.length or 0.0) * frequency_s))} on average"


_SURE_OF = frozenset(
    {
        StandingReason.PROVEN,
        StandingReason.BELOW,
        StandingReason.TOO_FEW_RUNS,
        StandingReason.RUNS_DIFFER,
        StandingReason.TOO_LITTLE,
    }
)
