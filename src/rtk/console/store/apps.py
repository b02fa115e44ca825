"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """What runs leave behind, and what they belong to."""

    name = "rtk.console.store"
    label = "store"
