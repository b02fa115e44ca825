"""The addresses of the pages of timeline."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
