"""The addresses of the pages of notifications."""

from django.urls import path

from rtk.console.notify import views

app_name = "notify"
urlpatterns = [
    path("<str:org>/<str:team>/notifications", views.notifications, name="notifications"),
    path("<str:org>/<str:team>/notifications/<uuid:recipient>/test", views.test, name="test"),
    path("<str:org>/<str:team>/notifications/<uuid:recipient>/remove", views.remove, name="remove"),
]
