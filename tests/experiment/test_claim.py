import re
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.check import check
from rtk.experiment.claim import claim_of, claimed, extension_of
from tests.experiment.samples import small

BURN: dict[str, Any] = {"type": "action", "name": "burn", "provider": {"type": "process", "path": "burn"}}
HOT = {"provider": {"type": "process", "path": "is-hot"}, "tolerance": 0}


def test_a_claim_has_its_probes_named_and_its_times() -> None:
    block = {"probes": [HOT], "within": 5}
    claim = claim_of({**BURN, "extensions": [{"name": "other"}, {"name": "rtk", "effect": block}]}, "effect")
    assert claim is not None
    assert (claim.probes, claim.within, claim.every) == ([{**HOT, "type": "probe", "name": "effect"}], 5.0, None)
    assert block["probes"] == [HOT]


def test_all_probes_of_claims_are_found_with_their_place() -> None:
    both = {"name": "rtk", "effect": {"probes": [HOT]}, "restored": {"probes": [HOT, HOT]}}
    places = [place for place, _ in claimed(small(method=[BURN, {**BURN, "extensions": [both]}]))]
    assert places == [
        f"method[1].extensions[0].{each}" for each in ("effect.probes[0]", "restored.probes[0]", "restored.probes[1]")
    ]


@pytest.mark.parametrize("extensions", [None, [], 5, "x", [5], [{"name": "other"}]])
def test_an_activity_without_our_extension_claims_nothing(extensions: Any) -> None:
    assert extension_of({"extensions": extensions}) == {}


@pytest.mark.parametrize("block", [{}, [], {"probes": []}, {"probes": [{"name": "x"}]}, {"probes": "x"}])
def test_a_claim_of_another_form_is_refused_with_its_place(block: Any) -> None:
    with pytest.raises(BadInput, match='the effect of the action "burn"'):
        claim_of({"name": "burn", "extensions": [{"name": "rtk", "effect": block}]}, "effect")


@pytest.mark.parametrize(
    ("extension", "said"),
    [
        ({"effct": {}}, 'method[0].extensions[0]: "effct" is not known'),
        ({"success": {"type": "range"}}, "method[0].extensions[0].success: hypothesis range probe tolerance must have"),
        ({"success": {"type": "regex", "pattern": "("}}, "method[0].extensions[0].success: "),
        ({"success": 0.5}, "method[0].extensions[0].success: expected a whole number"),
        ({"success": {"type": "odd"}}, "method[0].extensions[0].success: "),
        (
            {"effect": {"probes": [{**HOT, "tolerance": {"type": "range"}}]}},
            "extensions[0].effect.probes[0].tolerance: ",
        ),
        ({"effect": {}}, 'method[0].extensions[0].effect: expected {"probes": [a probe with a tolerance'),
        ({"tries": 0}, "tries is 0; expected a whole number from 1 to 100"),
        ({"lasts": -1}, "lasts is -1; expected seconds, 0 or more"),
        (
            {"effect": {"probes": [{"name": "x", "provider": {"type": "odd"}, "tolerance": 1}]}},
            'method[0].extensions[0].effect.probes[0].provider.type: expected "python", "process" or "http"',
        ),
        (
            {"restored": {"probes": [{"provider": {"type": "http", "url": "http://x"}, "tolerance": {}}]}},
            "restored.probes[0].tolerance.type: missing",
        ),
    ],
)
def test_an_extension_of_another_form_is_refused_before_anything_begins(extension: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        check(small(method=[{**BURN, "extensions": [{"name": "rtk", **extension}]}]))


@pytest.mark.parametrize("within", [0, -1, "30", True, float("nan")])
def test_a_claim_waits_for_seconds_above_zero(within: Any) -> None:
    block = {"probes": [{"provider": {}, "tolerance": True}], "within": within}
    with pytest.raises(BadInput, match="within is"):
        claim_of({"name": "burn", "extensions": [{"name": "rtk", "effect": block}]}, "effect")
