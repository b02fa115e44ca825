"""The addresses of the pages of executions."""

from django.urls import URLPattern, path

from rtk.console.pages.executions import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/executions", views.of_organization, name="org-executions"),
    path("<str:org>/<str:team>/executions", views.finished, name="executions"),
    path("<str:org>/<str:team>/executions/running", views.running, name="running-executions"),
    path("<str:org>/<str:team>/executions/<uuid:execution>", views.execution, name="execution"),
    path("<str:org>/<str:team>/executions/<uuid:execution>/journal", views.journal, name="execution-journal"),
]
