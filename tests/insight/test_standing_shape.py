"""A standing as JSON holds it."""

import json

from rtk.insight.standing_shape import Exclusion, PromiseStanding, StandingReason, StandingState


def test_it_is_told_as_json_with_the_words_of_its_state_and_reason() -> None:
    found = PromiseStanding(
        StandingState.NOT_PROVEN, StandingReason.RUNS_DIFFER, 0.99, excluded=(Exclusion("a", "a dry run"),)
    )
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert (told["state"], told["reason"], told["target"]) == ("not-proven", "runs-differ", 0.99)
    assert told["excluded"] == [{"run_id": "a", "reason": "a dry run"}]
    assert told["at_least"] is None
