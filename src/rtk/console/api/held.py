"""What part B answers about holds, for the OpenAPI document: each thing with an example."""

from typing import Any, Literal

from ninja import Schema

from rtk.console.api.shown import ID, Moment, like


class ShownHold(Schema):
    """What a run holds; `since` and those of `joined`, which began beside it, are seconds since the epoch."""

    run: str
    title: str
    host: str
    user: str
    since: float
    acts_on: list[str]
    joined: list[dict[str, Any]]
    released_at: Moment | None

    model_config = like(
        run=ID,
        title="Checkout answers in time",
        host="ci-7",
        user="mary",
        since=1772443800.0,
        acts_on=["the host shop.example"],
        joined=[],
        released_at=None,
    )


class Holder(Schema):
    """A run that holds the same; of another team no more than since when, and why its hold stands."""

    run: str
    title: str
    host: str
    user: str
    since: float
    standing: Literal["running", "undoing", "died", "not restored"]
    shared: list[str]

    model_config = like(
        run=ID,
        title="Checkout answers in time",
        host="ci-7",
        user="mary",
        since=1772443800.0,
        standing="running",
        shared=["the host shop.example"],
    )


class Taken(Schema):
    """Whether it is held, and who else holds the same."""

    held: bool
    holders: list[Holder]

    model_config = like(held=True, holders=[])
