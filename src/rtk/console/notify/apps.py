"""The notifications as a Django app, labelled `notify`."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Recipients of notifications, and the outbox from which they are sent."""

    name = "rtk.console.notify"
    label = "notify"
    verbose_name = "Notifications"
