"""One schema of a measurement and of a plan's limits: whatever else spells them is held against it here."""

import re
from collections.abc import Callable
from math import inf, nextafter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields
from pydantic import ValidationError

from rtk.console.api.forms import NewObjective, NewVerification
from rtk.console.api.shown import ShownMeasurement
from rtk.console.pages.importing.forms import ImportForm, StrategyForm
from rtk.console.store.intake import ACCEPTS, LearnedOf, Measured, ObjectiveOf, OccursOf, PlanOf
from rtk.console.store.models import Measurement as Row
from rtk.console.store.schema import MeasurementEntry
from rtk.errors import BadInput
from rtk.experiment.block import NAME, plan_of
from rtk.experiment.plan import Plan
from rtk.insight import plan_limits as limits
from rtk.insight.measurement import COLUMN_TYPES, FIELDS, OUTCOMES, PHASES_BY_CODE, SlotMeasurement, of_columns
from rtk.insight.missed_reason import MissedReason
from rtk.insight.occurs import Occurs
from rtk.insight.outage_length import Learned
from rtk.insight.plan_limits import Range
from rtk.insight.promise import ServiceLevelObjective
from rtk.verify.record import VERSION, Slot
from tests.test_house_rules import SRC

COLUMNS_OF_DJANGO = {"SmallIntegerField": "smallint", "BigIntegerField": "bigint", "FloatField": "float8"}


def test_whatever_has_a_measurement_has_its_fields_in_their_order() -> None:
    of_others = {"n", "t", "kind", "probes"}
    for shape in (Slot.__struct_fields__, Measured.__struct_fields__, tuple(ShownMeasurement.model_fields)):
        assert tuple(name for name in shape if name not in of_others) == FIELDS


def test_the_table_of_measurements_has_them_as_its_columns() -> None:
    kinds = {each.name: each.get_internal_type() for each in Row._meta.get_fields() if each.name in FIELDS}
    told = {name: COLUMNS_OF_DJANGO.get(kind, "text") for name, kind in kinds.items()}
    assert told == COLUMN_TYPES
    assert set(COLUMN_TYPES) == set(FIELDS)


def test_what_the_pages_scripts_know_of_a_measurement_is_all_of_it() -> None:
    """`tools/typescript.py` writes their types, and the codes of phases and outcomes, from this one."""
    assert tuple(MeasurementEntry.__annotations__) == ("n", "t", "kind", *FIELDS)


def test_nobody_else_spells_them_one_after_another() -> None:
    spelled = re.compile(r"\bdue\b\W+started\b\W+ended\b")
    own = {"insight/measurement.py", "insight/facts.py"}  # the latter keeps them as columns of numbers
    found = {path.relative_to(SRC / "rtk").as_posix() for path in sources() if spelled.search(path.read_text())}
    assert found <= own


def sources() -> list[Path]:
    return [path for path in (SRC / "rtk").rglob("*.py") if path.parent.name != "migrations"]


def test_columns_are_read_as_the_measurement_that_they_keep() -> None:
    kept = (PHASES_BY_CODE.index("recovery"), 3, 1.0, None, None, OUTCOMES.index("missed"), None, "it was so", "late")
    assert of_columns(kept) == SlotMeasurement(
        "recovery", 3, 1.0, None, None, "missed", None, "it was so", MissedReason.LATE
    )
    met = (0, 3, 1.0, 1.0, 1.5, 0, 7.0, None, None)
    assert of_columns(met) == SlotMeasurement("baseline", 3, 1.0, 1.0, 1.5, "met", 7.0)


def test_a_console_takes_the_records_that_runs_write() -> None:
    assert VERSION in ACCEPTS


@pytest.mark.parametrize(
    ("told", "kept", "ours"),
    [
        (ObjectiveOf, ServiceLevelObjective, set()),
        (OccursOf, Occurs, set()),
        (LearnedOf, Learned, set()),
        # What the console has no use for, and what it knows from elsewhere.
        (PlanOf, Plan, {"max_in_flight", "stop_when", "verification_id", "acts_on", "limit"}),
    ],
)
def test_a_plan_that_is_told_has_the_keys_of_a_plan(told: Any, kept: Any, ours: set[str]) -> None:
    assert set(told.__struct_fields__) == {each.name for each in fields(kept)} - ours


def of_a_file(**values: Any) -> None:
    promise = {"name": "a", "target": 0.9, "window": "30d", **values.pop("objective", {})}
    block = {"frequency-of-measurement": 600, "duration-of-conditions": 600, "objective": promise, **values}
    plan_of({"title": "a", "extensions": [{"name": NAME, "verification": block}]})


def of_a_record(**values: Any) -> None:
    promise = {"target": 0.9, "window_s": 60.0, **values.pop("objective", {})}
    occurs = {"occurs": {"times": 1.0, "per_s": 60.0, **values.pop("occurs")}} if "occurs" in values else {}
    told = {"frequency_s": 600.0, "duration_s": 600.0, "objective": promise, **occurs, **values}
    msgspec.convert(told, PlanOf)


def of_the_api(**values: Any) -> None:
    promise = {"name": "a", "target": 0.9, "window": 60.0, **values.pop("objective", {})}
    NewObjective(**promise)
    NewVerification(**{"name": "a", "experiment": {}, "frequency": 600.0, "duration": 600.0, **values})


# Where each limit stands: in a file, in a record and in the API.
PLACES: dict[str, tuple[Range, tuple[Callable[[float], None], ...]]] = {
    "frequency": (
        limits.FREQUENCY,
        (
            lambda x: of_a_file(**{"frequency-of-measurement": x}),
            lambda x: of_a_record(frequency_s=x),
            lambda x: of_the_api(frequency=x),
        ),
    ),
    "duration": (
        limits.LENGTH,
        (
            lambda x: of_a_file(**{"duration-of-conditions": x}),
            lambda x: of_a_record(duration_s=x),
            lambda x: of_the_api(duration=x),
        ),
    ),
    "warm-up": (
        limits.LENGTH,
        (
            lambda x: of_a_file(**{"warm-up-duration": x}),
            lambda x: of_a_record(warm_up_s=x),
            lambda x: of_the_api(warm_up=x),
        ),
    ),
    "cool-down": (
        limits.LENGTH,
        (
            lambda x: of_a_file(**{"cool-down-duration": x}),
            lambda x: of_a_record(cool_down_s=x),
            lambda x: of_the_api(cool_down=x),
        ),
    ),
    "window": (
        limits.WINDOW,
        (
            lambda x: of_a_file(objective={"window": x}),
            lambda x: of_a_record(objective={"window_s": x}),
            lambda x: of_the_api(objective={"window": x}),
        ),
    ),
    "outage": (
        limits.OUTAGE,
        (
            lambda x: of_a_file(**{"outage-lasts": x}),
            lambda x: of_a_record(outage_lasts_s=x),
            lambda x: of_the_api(outage_lasts=x),
        ),
    ),
    "proof": (
        limits.PROOF,
        (
            lambda x: of_a_file(**{"proof-lasts": x}),
            lambda x: of_a_record(proof_lasts_s=x),
            lambda x: of_the_api(proof_lasts=x),
        ),
    ),
    "occurs": (
        limits.PER,
        (lambda x: of_a_file(occurs={"times": 1, "per": x}), lambda x: of_a_record(occurs={"per_s": x})),
    ),
    "how often": (
        limits.TIMES,
        (
            lambda x: of_a_file(occurs={"times": x, "per": "1d"}),
            lambda x: of_a_record(occurs={"times": x}),
        ),
    ),
    "allowance": (
        limits.BUDGET,
        (
            lambda x: of_a_file(occurs={"times": 1, "per": "1d", "allowance": x}),
            lambda x: of_a_record(occurs={"allowance": x}),
        ),
    ),
}


def taken(read: Callable[[float], None], value: float) -> bool:
    try:
        read(value)
    except (BadInput, msgspec.ValidationError, ValidationError):
        return False
    return True


@pytest.mark.parametrize("name", PLACES)
def test_each_place_takes_what_its_range_holds_and_nothing_else(name: str) -> None:
    limit, places = PLACES[name]
    least = limits.SHORTEST_S if limit.above else limit.least  # a file that is read is run: no more often than that
    beyond = [nextafter(limit.most, inf), nextafter(limit.least, -inf), -1.0, *([limit.least] if limit.above else [])]
    for read in places:
        assert [value for value in (least, limit.most) if not taken(read, value)] == []
        assert [value for value in beyond if taken(read, value)] == []


def test_the_forms_of_pages_have_the_same_ends() -> None:
    known: dict[str, Any] = {**StrategyForm.base_fields, **ImportForm.base_fields}
    ends = {
        "frequency": limits.FREQUENCY,
        "duration": limits.LENGTH,
        "warm_up": limits.LENGTH,
        "cool_down": limits.LENGTH,
        "outage_lasts": limits.OUTAGE,
        "occurs_per": limits.PER,
        "occurs_lasts": limits.LASTS,
        "proof_lasts": limits.PROOF,
        "max_duration": limits.DURATION,
        "window": limits.WINDOW,
    }
    assert {name: known[name].most for name in ends} == {name: each.most for name, each in ends.items()}
    assert known["deviated_in_a_row"].max_value == limits.MOST_SLOTS
    assert known["occurs_times"].max_value == limits.MOST_TIMES
    assert known["quantile"].max_length == limits.LONGEST_QUANTILE


@pytest.mark.parametrize("value", [float("nan"), inf, -inf])
def test_what_is_no_number_is_within_no_range(value: float) -> None:
    assert not any(limit.holds(value) for limit, _ in PLACES.values())
