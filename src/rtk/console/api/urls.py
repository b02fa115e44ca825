"""The addresses of the API, and of what lies beside it."""

from django.urls import path

from rtk.console.api import badges, views
from rtk.console.api.api import api

urlpatterns = [
    path("api/v1/docs", views.docs, name="api-docs"),
    path("api/v1/openapi.json", views.description),
    path("api/v1/", api.urls),
    # What `Content-Location` says leads to the page also for who does not make `/api/` to `/`.
    path("api/<str:org>/<str:team>/executions/<uuid:key>", views.page, {"name": "execution"}),
    path("api/<str:org>/<str:team>/insights/<uuid:key>", views.page, {"name": "insight"}),
    path("badge/verifications/<str:key>.svg", badges.verification, name="verification-badge"),
    path("badge/objectives/<str:key>.svg", badges.objective, name="objective-badge"),
    path("assets/experiments/<str:key>.json", views.experiment, name="experiment-file"),
    path("assets/verifications/<str:key>.json", views.verification, name="verification-file"),
]
