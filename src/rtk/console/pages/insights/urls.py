"""The addresses of the pages of insights."""

from django.urls import URLPattern, path

from rtk.console.pages.insights import data, live, views

_RUN = "<str:org>/<str:team>/insights/<uuid:run>"
urlpatterns: list[URLPattern] = [
    path("<str:org>/insights", views.of_org, name="org-insights"),
    path("<str:org>/<str:team>/insights", views.of_team, name="insights"),
    path(_RUN, views.show, name="insight"),
    path(f"{_RUN}/data", data.data, name="insight-data"),
    path(f"{_RUN}/stop", live.stop, name="stop-insight"),
    path(f"{_RUN}/acknowledge", views.acknowledge, name="acknowledge-run"),
    path(f"{_RUN}/release", views.release, name="release-run"),
    path(f"{_RUN}/compare/<uuid:other>", views.compare, name="compare-insights"),
    path(f"{_RUN}/report.<str:form>", views.report, name="insight-report"),
    path(f"{_RUN}/measurements.csv", views.measurements, name="insight-csv"),
]
