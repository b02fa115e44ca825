"""The addresses of the pages of importing."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
