"""One try to tell one recipient, by whatever way they are reached. Nothing here looks at the database."""

import time
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from msgspec import Struct

from rtk.console.notify import encryption, hmac_signature, services
from rtk.console.notify.message import Message
from rtk.console.notify.models import Channel
from rtk.console.notify.undelivered import Undelivered


class Letter(Struct, frozen=True):
    """A message and where it goes."""

    recipient: UUID
    kind: str
    address: str
    message: Message


def deliver(letter: Letter) -> None:
    """Try once, within some ten seconds. Raises Undelivered with the reason."""
    message = letter.message
    if letter.kind == Channel.WEBHOOK:
        from rtk.console.notify import webhook  # libcurl takes a megabyte of who calls none

        headers = {
            "Rtk-Event": message.event,
            "Rtk-Notification": str(message.id),  # the same in every try: by it a receiver knows what it has seen
            **hmac_signature.headers(encryption.secret_of(letter.recipient), int(time.time()), message.body),
        }
        webhook.post(letter.address, message.body, headers, settings.NOTIFY_OWN_NETWORK)
    elif letter.kind == Channel.EMAIL:
        mail = EmailMessage(
            f"[Reliability Toolkit] {message.mail_subject}",
            f"{message.mail_text}\n",
            to=[letter.address],
            headers={"Message-ID": f"<{message.id}@rtk.invalid>", "Auto-Submitted": "auto-generated"},
        )
        try:
            mail.send()
        except OSError as error:  # smtplib's errors are of this kind; their texts may hold what was sent
            raise Undelivered(f"the mail server did not take it ({type(error).__name__})") from None
    else:
        services.send(letter.address, message)
