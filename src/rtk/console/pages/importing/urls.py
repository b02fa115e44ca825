"""The addresses of the pages of importing."""

from django.urls import URLPattern, path

from rtk.console.pages.importing import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/<str:team>/import", views.import_experiment, name="import"),
    path("<str:org>/<str:team>/import/plan", views.plan, name="import-plan"),
]
