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

        from rtk.console.people import (  # noqa: PLC0415 - see above
            auth_cache,
            devices,
            models,
            reauthentication,
            revocation,
            signup_flow,
        )

        auth_cache.listen()
        post_save.connect(revocation.disabled, sender=models.User)
        pre_delete.connect(revocation.removed, sender=models.User)
        user_logged_in.connect(reauthentication.signed_in)
        user_logged_in.connect(devices.remember)
        signals.authentication_step_completed.connect(reauthentication.step_completed)
        pre_social_login.connect(reauthentication.came_back)
        signals.email_confirmed.connect(signup_flow.address_confirmed)
        signals.user_logged_in.connect(signup_flow.signed_in)
        for changed in (signals.password_changed, signals.password_set):
            changed.connect(signup_flow.password_changed)
            changed.connect(devices.remember)
        signals.password_reset.connect(signup_flow.password_reset)
        mfa.authenticator_added.connect(signup_flow.second_factor_added)
        mfa.authenticator_removed.connect(signup_flow.second_factor_removed)
