"""The addresses of the pages of experiments."""

from django.urls import URLPattern, path

from rtk.console.pages.experiments import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/<str:team>/experiments", views.experiments, name="experiments"),
    path("<str:org>/<str:team>/experiments/<uuid:experiment>", views.experiment, name="experiment"),
    path("<str:org>/<str:team>/experiments/<uuid:experiment>/archive", views.archive, name="archive-experiment"),
]
