"""The pages as a Django app, labelled `pages`."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """What people see of verifications, their runs and all around them. It has no tables of its own."""

    name = "rtk.console.pages"
    label = "pages"
    verbose_name = "Pages"
