"""The addresses of the pages of verifications."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
