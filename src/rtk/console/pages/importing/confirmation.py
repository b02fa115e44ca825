"""A verification whose plan cannot prove its target is made by whoever was asked: once, with what time would do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.http import QueryDict

from rtk.console.pages.importing.planning import Planned


class Wish(StrEnum):
    """What a form is sent for: to make it, to measure for as long as is needed and make it, or to make it anyway."""

    MAKE = "create"
    LONGER = "create-longer"
    ANYWAY = "create-anyway"


def wish_of(data: Mapping[str, Any], default: Wish | None = None) -> Wish | None:
    """Return what a form was sent for; None where it is only to be looked at."""
    sent = data.get("do")
    return Wish(sent) if sent in set(Wish) else default


def asks(wish: Wish | None, planned: Planned | None) -> bool:
    """Return whether somebody must be asked first."""
    return wish is not Wish.ANYWAY and planned is not None and bool(planned.warning)


def lengthened(data: QueryDict, planned: Planned | None) -> QueryDict:
    """Return what was sent, to be measured for as long as a clean run needs to prove the target."""
    if planned is None or planned.proves_s is None:
        return data
    longer = data.copy()
    longer["duration_0"], longer["duration_1"] = planned.proves
    return longer
