"""The `chaosiq` extension block of a verification file, and the options that override it, as a plan."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rtk.errors import BadInput
from rtk.experiment.learned import learned_in
from rtk.experiment.occurs import occurs_of
from rtk.experiment.plan import Plan, StopWhen
from rtk.experiment.quantile import QuantilePromise, limit_of, quantile_promise
from rtk.experiment.quantity import share
from rtk.experiment.values import budget, budget_window, count, flag, known, outage, proof, text, typed, within
from rtk.experiment.wording import at, shown
from rtk.figures import chosen_duration
from rtk.insight import plan_limits as limits
from rtk.insight.facts import PHASES, ServiceLevelObjective
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import Learned

NAME = "chaosiq"
FREQUENCY = "frequency-of-measurement"
DURATION = "duration-of-conditions"
WARM_UP = "warm-up-duration"
COOL_DOWN = "cool-down-duration"
ACTS_ON = "acts-on"
OUTAGE_LASTS = "outage-lasts"
REQUIRE_BASELINE = "require-baseline"
DECIDED = "decided"
OCCURS, STRICT_COST, QUANTILE = "occurs", "strict-cost", "quantile"
OUTAGE_LEARNED = "outage_learned"  # beside the ids, where a client that does not know it passes it by
PROOF_LASTS = "proof-lasts"
# `run_id` was written into the block by the clients of 2020 and means nothing to us.
_KEYS = frozenset(
    (
        "id",
        FREQUENCY,
        DURATION,
        WARM_UP,
        COOL_DOWN,
        "objective",
        "max-in-flight",
        "stop-when",
        ACTS_ON,
        OUTAGE_LASTS,
        OCCURS,
        STRICT_COST,
        REQUIRE_BASELINE,
        PROOF_LASTS,
        "run_id",
    )
)
_OBJECTIVE = frozenset(("name", "target", QUANTILE, "window", OUTAGE_LASTS, PROOF_LASTS))
_STOP_WHEN = frozenset(("deviated-in-a-row", "budget-spent", "max-duration", DECIDED))
_IDS = ("experiment_id", "objective_id", "team_id", "org_id")


class Overrides(Struct, frozen=True):
    """What the command line says instead of the file: seconds, and the target as a share. None and False: not said.

    `occurs` and `quantile` are the texts of the options.
    """

    every_s: float | None = None
    for_s: float | None = None
    warm_up_s: float | None = None
    cool_down_s: float | None = None
    target: float | None = None
    window_s: float | None = None
    acts_on: str | None = None
    outage_lasts_s: float | None = None
    occurs: str | None = None
    strict_cost: bool = False
    quantile: str | None = None
    require_baseline: bool = False
    decided: bool = False


class Block(Struct, frozen=True):
    """The block as it stands in a document: its place there, ids and verification, and what its console learned."""

    place: str
    ids: dict[str, str]
    verification: dict[str, Any] | None
    learned: Learned | None = None


def block_of(document: Mapping[str, Any]) -> Block | None:
    """The document's `chaosiq` block, or None. Raises `BadInput` for a wrong shape or more than one."""
    extensions = typed(document, dict, "the document").get("extensions")
    if extensions is None:
        return None
    found = [
        (index, each)
        for index, each in enumerate(typed(extensions, list, "extensions"))
        if isinstance(each, Mapping) and each.get("name") == NAME
    ]
    if len(found) > 1:
        raise BadInput(f"extensions: expected one block named {NAME}, there are {len(found)}")
    if not found:
        return None
    index, block = found[0]
    place = at("extensions", index)
    ids = {key: text(block[key], at(place, key)) for key in _IDS if block.get(key) is not None}
    verification = block.get("verification")
    if verification is not None:
        verification = known(verification, at(place, "verification"), _KEYS)
    return Block(place, ids, verification, learned_in(block.get(OUTAGE_LEARNED), at(place, OUTAGE_LEARNED)))


def block_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document's `chaosiq` block, empty where there is none; its shape is not checked."""
    blocks = document.get("extensions")
    for each in blocks if isinstance(blocks, list) else []:
        if isinstance(each, dict) and each.get("name") == NAME:
            return each
    return {}


def plan_of(document: Mapping[str, Any], overrides: Overrides | None = None) -> Plan:
    """The plan that a document and the options ask for.

    Raises `BadInput`, naming the place, for what is missing, unknown, of a wrong kind or out of range.
    """
    options, block = overrides or Overrides(), block_of(document)
    place = at(block.place if block else "", "verification")
    plan = _Reader(block.verification if block and block.verification else {}, place, options, document).plan()
    return replace(plan, outage_learned=block.learned) if block and block.learned else plan


class _Reader:
    """Reads one verification, key by key; an option goes before its key."""

    def __init__(
        self, verification: Mapping[str, Any], place: str, options: Overrides, document: Mapping[str, Any]
    ) -> None:
        self.values = verification
        self.place = place
        self.options = options
        self.document = document

    def plan(self) -> Plan:
        """The whole plan."""
        o = self.options
        promised, where = self._quantile()
        objective = self._objective(promised)
        most, own_id = self.values.get("max-in-flight"), self.values.get("id")
        acts_on, acts_on_place = self._said(ACTS_ON, o.acts_on, "--acts-on")
        plan = Plan(
            frequency_s=self._required(FREQUENCY, o.every_s, "--every", limits.FREQUENCY),
            duration_s=self._required(DURATION, o.for_s, "--for", limits.LENGTH),
            warm_up_s=self._seconds(WARM_UP, o.warm_up_s, "--warm-up", limits.LENGTH) or 0.0,
            cool_down_s=self._seconds(COOL_DOWN, o.cool_down_s, "--cool-down", limits.LENGTH) or 0.0,
            objective=objective,
            max_in_flight=None if most is None else count(most, at(self.place, "max-in-flight"), limits.MOST_IN_FLIGHT),
            stop_when=self._stop_when(objective),
            verification_id=None if own_id is None else text(own_id, at(self.place, "id")),
            acts_on=None if acts_on is None else text(acts_on, acts_on_place),
            # The longest counts: a promise is not easier to prove because one of two places says less.
            outage_lasts_s=max(self._lengths(OUTAGE_LASTS, outage, o.outage_lasts_s, "--outage-lasts"), default=None),
            occurs=self._occurs(objective),
            # An upgrade reads its options without a document: there is no probe yet to hold them against.
            limit=limit_of(promised, self.document, where) if promised and self.document else None,
            require_baseline=self._require_baseline(objective),
            # The shortest counts: a proof is not valid for longer because one of two places says more.
            proof_lasts_s=min(self._lengths(PROOF_LASTS, proof), default=None),
        )
        # Only of the whole plan is it known how many measurements there are: those of all phases count.
        _, place = self._said(FREQUENCY, o.every_s, "--every")
        total = sum(plan.slots(phase) for phase in PHASES)
        if total > limits.MOST_SLOTS:
            every = chosen_duration(plan.frequency_s)
            most = f"expected at most {limits.MOST_SLOTS:,}"
            raise BadInput.at(place, f"every {every} makes {total:,} measurements, {most}")
        if plan.frequency_s < limits.SHORTEST_S:
            raise BadInput.at(place, f"{shown(plan.frequency_s)} s is too often; expected 0.001 s (1ms) or more")
        return plan

    def _said(self, key: str, option: object, name: str) -> tuple[object, str]:
        """What the option says, else the file, and where that stands."""
        return (self.values.get(key), at(self.place, key)) if option is None else (option, name)

    def _lengths(
        self, key: str, length: Callable[[object, str], float], option: float | None = None, name: str = ""
    ) -> list[float]:
        """Every length that is declared for a key: by an option, for the verification and for its objective."""
        promise = self.values.get("objective")
        declared = [
            (option, name),
            (self.values.get(key), at(self.place, key)),
            (promise.get(key) if isinstance(promise, Mapping) else None, at(at(self.place, "objective"), key)),
        ]
        return [length(value, where) for value, where in declared if value is not None]

    def _required(self, key: str, option: float | None, name: str, limit: limits.Range) -> float:
        value = self._seconds(key, option, name, limit)
        if value is not None:
            return value
        if not self.values:
            raise BadInput(
                "this experiment does not say how to measure: give --every 10s --for 5m, or add a "
                f"{NAME} block to it with `rtk experiment upgrade`"
            )
        raise BadInput.at(at(self.place, key), f"missing, expected a number of seconds (or give {name})")

    def _seconds(self, key: str, option: float | None, name: str, limit: limits.Range) -> float | None:
        value, place = self._said(key, option, name)
        return None if value is None else within(value, place, limit)

    def _objective(self, promised: QuantilePromise | None) -> ServiceLevelObjective | None:
        place, values, o = at(self.place, "objective"), self._promise(), self.options
        target, window, name = values.get("target"), values.get("window"), values.get("name")
        if promised:
            target = promised.share
        elif o.target is not None:
            target = share(o.target, "--target")
        elif target is not None:
            target = share(target, at(place, "target"))
        if o.window_s is not None:
            window = budget_window(o.window_s, "--window")
        elif window is not None:
            window = budget_window(window, at(place, "window"))
        if target is not None:
            told = "" if name is None else text(name, at(place, "name"))
            return ServiceLevelObjective(target, window, told, promised.spelled() if promised else "")
        if self.values.get("objective") is not None:
            raise BadInput.at(at(place, "target"), "missing, expected a share such as 0.95 (or give --target)")
        if window is not None:
            raise BadInput("--window: means nothing without --target, expected both")
        return None

    def _promise(self) -> dict[str, Any]:
        raw = self.values.get("objective")
        return {} if raw is None else known(raw, at(self.place, "objective"), _OBJECTIVE)

    def _quantile(self) -> tuple[QuantilePromise | None, str]:
        """The promise about a quantile, and where it stands; it is one in place of a share, never beside one."""
        values, place = self._promise(), at(self.place, "objective")
        where, option, share_ = at(place, QUANTILE), self.options.quantile, self.options.target
        if option is not None:
            if share_ is not None:
                raise BadInput("--quantile: promises a share already, expected it without --target")
            return quantile_promise(option, "--quantile"), "--quantile"
        if values.get(QUANTILE) is None:
            return None, where
        if values.get("target") is not None:
            raise BadInput.at(where, "promises a share already, expected it without target")
        promised = quantile_promise(values[QUANTILE], where)
        if share_ is not None:
            raise BadInput(f"--target: the file promises {promised.spelled()}, expected --quantile to change it")
        return promised, where

    def _stop_when(self, objective: ServiceLevelObjective | None) -> StopWhen:
        raw, place = self.values.get("stop-when"), at(self.place, "stop-when")
        values = {} if raw is None else known(raw, place, _STOP_WHEN)
        row, spent, longest = (values.get(key) for key in ("deviated-in-a-row", "budget-spent", "max-duration"))
        if spent is not None and (objective is None or objective.window_s is None):
            raise BadInput.at(at(place, "budget-spent"), "there is no budget without an objective and its window")
        stopped = (
            None if row is None else count(row, at(place, "deviated-in-a-row"), limits.MOST_SLOTS),
            None if spent is None else budget(spent, at(place, "budget-spent")),
            None if longest is None else within(longest, at(place, "max-duration"), limits.DURATION),
        )
        decided, place = values.get(DECIDED), at(place, DECIDED)
        decided = decided is not None and flag(decided, place)
        if self.options.decided:
            decided, place = True, "--stop-when"
        if decided and objective is None:
            raise BadInput.at(place, "nothing can be decided without an objective, expected one (or give --target)")
        return StopWhen(*stopped, decided)

    def _require_baseline(self, objective: ServiceLevelObjective | None) -> bool:
        """Whether no condition may begin after a broken baseline; there has to be one that can be judged."""
        value, place = self.values.get(REQUIRE_BASELINE), at(self.place, REQUIRE_BASELINE)
        wanted = value is not None and flag(value, place)
        if self.options.require_baseline:
            wanted, place = True, "--require-baseline"
        if wanted and not self._seconds(WARM_UP, self.options.warm_up_s, "--warm-up", limits.LENGTH):
            raise BadInput.at(place, f"there is no baseline, expected {WARM_UP} above 0 (or give --warm-up)")
        if wanted and objective is None:
            raise BadInput.at(place, "no objective can be missed, expected one (or give --target)")
        return wanted

    def _occurs(self, objective: ServiceLevelObjective | None) -> Occurs | None:
        value, place = self._said(OCCURS, self.options.occurs, "--occurs")
        strict = self.values.get(STRICT_COST)
        if not isinstance(strict, bool | None):
            raise BadInput.at(at(self.place, STRICT_COST), f"expected true or false, not {shown(strict)}")
        strict = bool(strict) or self.options.strict_cost
        if value is None:
            if strict:
                said = "--strict-cost" if self.options.strict_cost else at(self.place, STRICT_COST)
                raise BadInput.at(said, f"means nothing without {OCCURS}, expected both (give --occurs 2/30d,20m)")
            return None
        if objective is None:
            raise BadInput.at(place, "there is no budget that it could cost without an objective, expected --target")
        return occurs_of(value, place, strict=strict)
