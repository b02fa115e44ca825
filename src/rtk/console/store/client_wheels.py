"""The wheels of the client that were given away: after an update of the console, those who named one still get it."""

from django.db.models import F
from django.utils.timezone import now

from rtk.console.store.models import ClientWheel

KEPT = 10


def keep(name: str, content: bytes, sha256: str) -> None:
    """Keep a wheel, in place of another of its name, and let go of the oldest beyond `KEPT`."""
    if ClientWheel.objects.filter(name=name, sha256=sha256).exists():
        return
    values = {"content": content, "sha256": sha256, "kept_at": now()}
    ClientWheel.objects.update_or_create(name=name, defaults=values)
    newest = ClientWheel.objects.order_by(F("kept_at").desc(), "name").values_list("name", flat=True)[:KEPT]
    ClientWheel.objects.exclude(name__in=list(newest)).delete()


def content_of(name: str) -> bytes | None:
    """Return what is in a wheel that was kept; None for another name."""
    found = ClientWheel.objects.filter(name=name).values_list("content", flat=True).first()
    return None if found is None else bytes(found)
