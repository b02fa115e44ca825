"""The addresses of the pages of executions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
