"""The addresses of the pages of verifications."""

from django.urls import URLPattern, path

from rtk.console.pages.verifications import views

_ONE = "<str:org>/<str:team>/verifications/<uuid:verification>"
urlpatterns: list[URLPattern] = [
    path("<str:org>/verifications", views.org_list, name="org-verifications"),
    path("<str:org>/<str:team>/verifications", views.team_list, name="verifications"),
    path(_ONE, views.verification, name="verification"),
    path(f"{_ONE}/edit", views.edit, name="edit-verification"),
    path(f"{_ONE}/badge", views.badge, name="badge-verification"),
    path(f"{_ONE}/archive", views.archive, name="archive-verification"),
]
