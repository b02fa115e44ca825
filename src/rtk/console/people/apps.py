"""The people as a Django app, labelled `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users, organizations, teams, tokens, invitations and the audit log."""

    name = "rtk.console.people"
    label = "people"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what allauth tells of people."""
        # Imported here because models cannot be imported before the apps are ready.
        from allauth.account import signals  # noqa: PLC0415 - see above
        from allauth.mfa import signals as mfa  # noqa: PLC0415 - see above

        from rtk.console.people import arrivals, memory  # noqa: PLC0415 - see above

        memory.listen()
        signals.user_signed_up.connect(arrivals.signed_up)
        signals.user_logged_in.connect(arrivals.signed_in)
        for changed in (signals.password_changed, signals.password_set, signals.password_reset):
            changed.connect(arrivals.password_changed)
        mfa.authenticator_added.connect(arrivals.second_factor_added)
        mfa.authenticator_removed.connect(arrivals.second_factor_removed)
