"""The addresses of the pages of insights."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
