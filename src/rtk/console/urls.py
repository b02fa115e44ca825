"""Every address of the console: each app appends its own."""

from django.urls import URLPattern, URLResolver, include, path

from rtk.console import health

handler500 = health.failed
urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health),
    path("accounts/", include("allauth.urls")),
    path("", include("rtk.console.api.urls")),
    path("", include("rtk.console.notify.urls")),
    path("", include("rtk.console.people.urls")),
    path("", include("rtk.console.pages.urls")),  # last: names of organizations and teams match almost anything
]
