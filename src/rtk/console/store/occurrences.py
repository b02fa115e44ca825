"""What one occurrence costs, by all runs of a verification: from what each kept at its end."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec.structs import asdict

from rtk.console.store.models import Run
from rtk.insight.dearest import Dearest, dearest_of
from rtk.insight.occurrence import Occurrence
from rtk.insight.occurs import Occurs

MOST = 1_000  # of the newest runs: the dearest of so many covers 99.7 % of cases


def dearest(verification: UUID, occurs: Occurs | None) -> Dearest | None:
    """Return the dearest of a verification's runs, in one query; None where nothing is expected, or no run says it."""
    if occurs is None:
        return None
    rows = Run.objects.filter(verification=verification, occurrence__isnull=False).order_by("-created_at", "-id")
    found: list[Occurrence] = []
    kept: Any
    for kept in rows.values_list("occurrence", flat=True)[:MOST]:
        with suppress(KeyError, TypeError, ValueError):  # of another version
            found.append(Occurrence.of(kept))
    return dearest_of(found, occurs)


def shown(found: Dearest | None) -> dict[str, Any] | None:
    """The same as the API tells it."""
    if found is None:
        return None
    own = asdict(found)
    of = found.occurrence
    del own["occurrence"]
    return {**own, "cost_s": of.cost_s if of else None, "spent": of.spent if of else None}
