"""What one occurrence costs by the runs of a verification, as the API tells it."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict

COST: dict[str, Any] = {
    "answer": "within-allowance",
    "runs": 3,
    "unpriced": 0,
    "covered": 0.368,
    "cost_s": 21.0,
    "spent": 0.0324,
    "sentence": "…",
}


class ShownCost(Schema):
    """What one occurrence costs by the dearest of `runs` runs, which covers the share `covered` of cases, 95 % sure.

    `spent` is the share of the budget that all that are expected spend; of `unpriced` runs the cost is not known.
    """

    answer: Literal["within-allowance", "beyond-allowance", "unknown"]
    runs: int
    unpriced: int
    covered: float
    cost_s: float | None
    spent: float | None
    sentence: str

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": COST})
