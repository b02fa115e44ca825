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
        from allauth.socialaccount.signals import pre_social_login  # noqa: PLC0415 - see above
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - see above
        from django.db.models.signals import post_save, pre_delete  # noqa: PLC0415 - see above

        from rtk.console.people import arrivals, ending, memory, models, reauthentication  # noqa: PLC0415 - see above

        memory.listen()
        post_save.connect(ending.disabled, sender=models.User)
        pre_delete.connect(ending.removed, sender=models.User)
        user_logged_in.connect(reauthentication.signed_in)
        signals.authentication_step_completed.connect(reauthentication.step_completed)
        pre_social_login.connect(reauthentication.came_back)
        signals.email_confirmed.connect(arrivals.address_confirmed)
        signals.user_logged_in.connect(arrivals.signed_in)
        for changed in (signals.password_changed, signals.password_set):
            changed.connect(arrivals.password_changed)
        signals.password_reset.connect(arrivals.password_reset)
        mfa.authenticator_added.connect(arrivals.second_factor_added)
        mfa.authenticator_removed.connect(arrivals.second_factor_removed)
