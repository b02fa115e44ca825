"""The people as a Django app, labelled `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users, organizations, teams, tokens, invitations and the audit log."""

    name = "rtk.console.people"
    label = "people"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"
