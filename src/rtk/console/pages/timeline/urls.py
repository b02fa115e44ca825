"""The addresses of the pages of timeline: the home pages of organizations and teams, which match almost anything."""

from django.urls import URLPattern, path

from rtk.console.pages.timeline import views

urlpatterns: list[URLPattern] = [
    path("<str:org>/timeline/rows", views.organization_rows, name="org-timeline-rows"),
    path("<str:org>/<str:team>/timeline/rows", views.team_rows, name="timeline-rows"),
    path("<str:org>/<str:team>/timeline/guide", views.dismiss_guide, name="dismiss-guide"),
    path("<str:org>", views.organization, name="org-timeline"),
    path("<str:org>/<str:team>", views.team, name="timeline"),
]
