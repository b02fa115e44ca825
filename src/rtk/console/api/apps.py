"""The API as a Django application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What machines talk to."""

    name = "rtk.console.api"
    label = "api"
