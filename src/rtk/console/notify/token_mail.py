"""Mails to the owners of tokens: that a token ends soon, or that its end was brought nearer.

Each is noted in the database first and sent from there, by whichever process comes to it. Who sends one moves its due
time past the try, so that no other process does meanwhile; it is tried again until it was sent or the token is over. A
mail goes out twice only where a process dies between sending and noting it, and both have one id.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from rtk.console import mail
from rtk.console.notify.patience import CLAIMED, delay
from rtk.console.people.models import TokenNotice, TokenNoticeKind, User
from rtk.console.people.tokens import SOON

LASTS = timedelta(days=30)  # whoever made a token for less knows when it ends
MAILS, TOKENS_IN_ONE = 20, 200  # of one turn, which must not keep others waiting for long

Post = Callable[[EmailMessage], object]
logger = logging.getLogger(__name__)

# One statement, so that several processes may note at once.
NOTE = """
INSERT INTO people_tokennotice (id, created_at, token_id, kind, due_at, tries)
SELECT gen_random_uuid(), now(), id, 'ends-soon', %(now)s, 0 FROM people_token
WHERE expires_at > %(now)s AND expires_at <= %(soon)s AND expires_at - created_at >= make_interval(days => %(lasts)s)
ON CONFLICT (token_id, kind) DO NOTHING
"""
_BEGINS = {
    TokenNoticeKind.ENDS_SOON: (
        "Tokens of yours end soon",
        "These tokens of yours end soon; whatever uses them stops working:",
    ),
    TokenNoticeKind.SHORTENED: (
        "Tokens of yours end earlier",
        "This console lets tokens last for a time only. These tokens of yours were to last longer, and end now:",
    ),
}


def turn(post: Post = EmailMessage.send, now: Callable[[], datetime] = timezone.now) -> int:
    """Note what ends soon and send what is due, one mail for a person; how many went out.

    Where the mail server takes none, the rest waits. A console without a mail server sends none.
    """
    if not mail.is_sent():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"now": now(), "soon": now() + SOON, "lasts": LASTS.days})
    for sent in range(MAILS):
        if not (due := _claim(now())):
            return sent
        mine, at = TokenNotice.objects.filter(pk__in=[each.pk for each in due]), now()
        try:
            post(letter(due))
        except OSError as error:  # smtplib's errors are of this kind
            logger.warning(f"a mail about tokens was not taken by the mail server ({type(error).__name__})")
            mine.update(tries=F("tries") + 1, due_at=at + delay(due[0].tries + 1))
            return sent
        mine.update(tries=F("tries") + 1, sent_at=at)
    return MAILS


@transaction.atomic
def _claim(now: datetime) -> list[TokenNotice]:
    """All that one person is to be told of one kind. The person is locked: nobody else takes a part of it meanwhile."""
    waiting = Exists(_due(now).filter(token__user=OuterRef("pk")))
    user = User.objects.filter(waiting).select_for_update(skip_locked=True, no_key=True).first()
    theirs = list(_due(now).filter(token__user=user).select_related("token__user")[:TOKENS_IN_ONE])
    found = [each for each in theirs if each.kind == theirs[0].kind]
    TokenNotice.objects.filter(pk__in=[each.pk for each in found]).update(due_at=now + CLAIMED)
    return found


def _due(now: datetime) -> "QuerySet[TokenNotice]":
    """An address that nobody confirmed may be a stranger's: it gets no mail."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("token__user"), email=OuterRef("token__user__email"))
    waiting = TokenNotice.objects.filter(
        Exists(confirmed.filter(verified=True)), sent_at=None, due_at__lte=now, token__user__is_active=True
    )
    return waiting.filter(token__expires_at__gt=now)


def letter(due: Sequence[TokenNotice]) -> EmailMessage:
    """The mail that tells somebody of their tokens. What people typed is on a line of its own in its text only."""
    subject, begins = _BEGINS[TokenNoticeKind(due[0].kind)]
    user: User = due[0].token.user
    lines = "\n".join(
        sorted(
            f"- {token.expires_at:%Y-%m-%d} (UTC): {' '.join(token.name.split())}, {token.prefix}…"
            for token in (each.token for each in due)
        )
    )
    text = f"{begins}\n\n{lines}\n\nMake others at {settings.PUBLIC_URL}{reverse('people:tokens')}\n"
    identity = f"<{min(each.pk for each in due)}@rtk.invalid>"
    headers = {"Message-ID": identity, "Auto-Submitted": "auto-generated"}
    return EmailMessage(f"[Reliability Toolkit] {subject}", text, to=[user.email], headers=headers)
