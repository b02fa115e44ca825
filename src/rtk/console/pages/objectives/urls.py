"""The addresses of the pages of objectives."""

from django.urls import URLPattern, path

from rtk.console.pages.objectives import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/<str:team>/objectives", views.objectives, name="objectives"),
    path("<str:org>/<str:team>/objectives/new", views.make, name="new-objective"),
    path("<str:org>/<str:team>/objectives/<uuid:objective>", views.objective, name="objective"),
    path("<str:org>/<str:team>/objectives/<uuid:objective>/edit", views.edit, name="edit-objective"),
    path("<str:org>/<str:team>/objectives/<uuid:objective>/badge", views.badge, name="badge-objective"),
    path("<str:org>/<str:team>/objectives/<uuid:objective>/archive", views.archive, name="archive-objective"),
]
