"""The addresses of the pages of people. Those of organizations and teams come last: they match almost anything."""

from django.urls import path

from rtk.console.people.views import again, audit, home, limits, members, organization, own, team

app_name = "people"
urlpatterns = [
    path("", home.home, name="home"),
    path("welcome/<str:key>", home.welcome, name="welcome"),
    path("sign-in/<str:key>", home.sign_in, name="sign-in"),
    path("join/<str:key>", home.join, name="join"),
    path("sign-on-again", again.SignOnAgain.as_view(), name="sign-on-again"),
    path("profile", own.profile, name="profile"),
    path("tokens", own.own_tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke", own.revoke_token, name="revoke-token"),
    path("sessions/<int:session>/end", own.end_session, name="end-session"),
    path("organizations", home.organizations, name="organizations"),
    path("organizations/new", organization.make, name="make-organization"),
    path("settings/limits", limits.limits, name="limits"),
    path("<str:org>/teams", organization.show, name="organization"),
    path("<str:org>/settings", organization.settings, name="organization-settings"),
    path("<str:org>/delete", organization.delete, name="delete-organization"),
    path("<str:org>/leave", organization.leave, name="leave"),
    path("<str:org>/audit", audit.entries, name="audit"),
    path("<str:org>/audit.csv", audit.table, name="audit-csv"),
    path("<str:org>/members", members.members, name="members"),
    path("<str:org>/members/<uuid:member>", members.change_role, name="change-role"),
    path("<str:org>/members/<uuid:member>/remove", members.remove, name="remove-member"),
    path("<str:org>/invitations", members.invite, name="invitations"),
    path("<str:org>/invitations/<uuid:invitation>/renew", members.renew, name="renew-invitation"),
    path("<str:org>/invitations/<uuid:invitation>/withdraw", members.withdraw, name="withdraw-invitation"),
    path("<str:org>/teams/new", team.make, name="make-team"),
    path("<str:org>/<str:team>/people", team.people, name="team"),
    path("<str:org>/<str:team>/people/<uuid:entry>/remove", team.remove, name="leave-team"),
    path("<str:org>/<str:team>/settings", team.settings, name="team-settings"),
    path("<str:org>/<str:team>/delete", team.delete, name="delete-team"),
]
