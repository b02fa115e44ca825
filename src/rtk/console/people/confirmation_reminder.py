"""Another mail to confirm an address, for whoever signs in by one that nobody confirmed yet.

The page says nothing of it and does not wait for it, nor for the mail server: otherwise it would tell, by what it says
or by how long it takes, that the address has an account.
"""

import logging
from threading import Thread

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse

from rtk.console import links
from rtk.console.people import mailing
from rtk.console.people.gate import TooMany
from rtk.console.people.models import User

logger = logging.getLogger(__name__)
THREAD = "mail that no page waits for"
_MAIL = "account/email/email_confirmation"


def confirm(request: HttpRequest, user: User, email: str) -> None:
    """Mail a link that confirms an address of somebody, unless there were too many mails to it."""
    address = EmailAddress.objects.filter(user=user, email=email.strip().lower(), verified=False).first()
    if address is None:
        return
    try:
        mailing.asked_for(request, address.email)
    except TooMany:
        return
    key = EmailConfirmationHMAC.create(address).key
    url = links.public(reverse("account_confirm_email", args=[key]))
    told = {
        "user": user,
        "key": key,
        "activate_url": url,
        "request": request,
        "current_site": mailing.Site(settings.PUBLIC_URL),
    }
    mail = get_adapter().render_mail(_MAIL, address.email, told)
    Thread(target=_send, args=(mail,), name=THREAD, daemon=True).start()


def _send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are of this kind
        logger.warning("no mail could be sent by the server of RTK_MAIL_URL: %s", " ".join(str(error).split())[:500])
