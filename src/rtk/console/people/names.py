"""Names: what may be one, how mails say one, and the part of an address that those of organizations and teams become.

A name is one line that holds no more than a name, for it stands in mails that go to people who know nobody here.
"""

import re
import unicodedata
import uuid

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from rtk.console.people.models import NAME_LENGTH, User

# What pages and the API use as parts of their addresses, or will.
_PAGES = """
    accounts action-items activity admin agents api assets audit audit.csv billing client conditions dashboard
    delete docs edit executions experiments health help home import insights invitations invite join leave limits
    login logout members new notifications objectives openapi organizations orgs patterns people plans profile runs
    safeguards schedule schedules search sessions settings sign-in sign-on-again signin signup static status stream
    support teams timeline tokens users verifications welcome
"""
RESERVED = frozenset(_PAGES.split())

IN_MAILS = 60  # characters of a name in a mail
_JOINERS = "\u200c\u200d"  # seen by how they change their neighbours, in Persian or between emoji
_LINK = re.compile(r"://|\bwww\.|\bmailto:", re.IGNORECASE)
# What mail programs make a link of: a scheme, and a full stop of any script before a letter.
_SCHEME, _STOP = re.compile(r":(?=//)"), re.compile(r"(?<=\w)([.\u3002\uff0e\uff61])(?=[^\W\d_])")


def slug_of(name: str) -> str:
    """A name as part of an address: lower case, letters, digits, hyphens and underscores."""
    return slugify(name, allow_unicode=True)[:NAME_LENGTH]


def check(name: str) -> str:
    """A name without the space around it. Raises ValidationError with a sentence when it cannot be used."""
    name = one_line(name)
    slug = slug_of(name)
    if not name:
        raise ValidationError("Give a name.")
    if len(name) > NAME_LENGTH:
        raise ValidationError(f"The name has {len(name)} characters; at most {NAME_LENGTH} are possible.")
    if not slug:
        raise ValidationError("The name needs at least one letter or digit.")
    try:
        uuid.UUID(slug)
        is_id = True  # addresses find organizations and teams by id as well: a name must not look like one
    except ValueError:
        is_id = False
    if is_id or slug in RESERVED:
        raise ValidationError(f"“{name}” is kept for the console's own pages; choose another name.")
    return name


def one_line(name: str) -> str:
    """Return what somebody typed as a name, in one line. Raises ValidationError for what is more than a name."""
    name = " ".join(name.split())
    hidden = next(filter(_is_hidden, name), None)
    if hidden is not None:
        raise ValidationError(f"A name consists of what can be seen; this one holds the character U+{ord(hidden):04X}.")
    if _LINK.search(name):
        raise ValidationError("A name cannot hold a link.")
    return name


def cleaned(name: str) -> str:
    """Return what others say somebody is called, in one line, without what cannot be seen."""
    return seen(name)[:NAME_LENGTH]


def seen(text: str) -> str:
    """Return a text in one line, without what cannot be seen."""
    return " ".join("".join(" " if _is_hidden(each) else each for each in text).split())


def in_mails(name: object) -> str:
    """Return a name as mails say it: one line, no longer than a name, of which no program makes a link."""
    line = seen(str(name))
    short = line if len(line) <= IN_MAILS else f"{line[: IN_MAILS - 1]}…"
    return unlinked(short)


def unlinked(text: str) -> str:
    """Return a text of which no mail program makes a link: “example[.]org”."""
    return _STOP.sub(r"[\1]", _SCHEME.sub("[:]", text))


def in_messages(user: User) -> str:
    """Return how allauth names a user, also in mails to addresses that are not theirs: not by a text of their own."""
    return user.email


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character)[0] == "C" and character not in _JOINERS
