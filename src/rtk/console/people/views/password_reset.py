"""Choosing another password by the link in a mail, which is good once: also for several at the same moment."""

from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from django.db import transaction
from django.http import HttpResponse

from rtk.console.people.models import User
from rtk.console.people.resets import ResetLinks


class ChooseAnotherPassword(PasswordResetFromKeyView):
    """The page of the link."""

    reset_user: Any  # whose link it is, as allauth found them

    @transaction.atomic  # nobody else changes the account until it has the new password
    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password, unless the link was used since the page was opened."""
        user = User.objects.select_for_update(no_key=True).filter(pk=self.reset_user.pk).first()
        if user is None or not ResetLinks().check_token(user, self.key):
            self.reset_user = None
            used: HttpResponse = self.render_to_response(self.get_context_data(token_fail=True))
            return used
        self.reset_user = form.user = user
        answer: HttpResponse = super().form_valid(form)
        return answer

    def logout(self) -> None:
        """Sign out whoever else is signed in once a password is sent; allauth does so when the page is opened."""
        if self.request.method == "POST":
            super().logout()
