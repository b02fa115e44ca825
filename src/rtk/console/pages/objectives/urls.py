"""The addresses of the pages of objectives."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
