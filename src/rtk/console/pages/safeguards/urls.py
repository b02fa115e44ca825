"""The addresses of the pages of safeguards."""

from django.urls import URLPattern, path

from rtk.console.pages.safeguards import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/<str:team>/safeguards", views.safeguards, name="safeguards"),
    path("<str:org>/<str:team>/safeguards/<uuid:safeguard>/lift", views.lift, name="lift-safeguard"),
]
