"""Every address of the console: each app appends its own."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from rtk.console import client, health
from rtk.console.people.views import address_confirmation, again, password_reset

handler500 = health.failed
urlpatterns: list[URLPattern | URLResolver] = [
    path("client/requirements.txt", client.requirements),
    re_path(r"^client/(?P<name>[A-Za-z0-9_.+-]+\.whl)$", client.client),
    re_path(r"^client/(?P<name>[A-Za-z0-9_.+-]+\.whl)\.sha256$", client.digest),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        address_confirmation.Confirm.as_view(),
        name="account_confirm_email",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_reset.ChooseAnotherPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("accounts/password/set/", again.set_password, name="account_set_password"),
    path("accounts/", include("allauth.urls")),
    path("", include("rtk.console.api.urls")),
    path("", include("rtk.console.notify.urls")),
    path("", include("rtk.console.people.urls")),
    path("", include("rtk.console.pages.urls")),  # last: names of organizations and teams match almost anything
]
