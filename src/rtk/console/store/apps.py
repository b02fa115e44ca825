"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """What runs leave behind, and what they belong to."""

    name = "rtk.console.store"
    label = "store"

    def ready(self) -> None:
        """Listen to the end of teams."""
        # Imported here because models cannot be imported before the apps are ready.
        from django.db.models.signals import pre_delete  # noqa: PLC0415 - see above

        from rtk.console.people.models import Team  # noqa: PLC0415 - see above
        from rtk.console.store import erasure  # noqa: PLC0415 - see above

        pre_delete.connect(erasure.team_ends, sender=Team)
