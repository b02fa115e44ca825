"""The addresses of the pages of experiments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
